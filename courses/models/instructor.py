"""Who teaches."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .place import Organisation


class TeachingKind(models.TextChoices):
    """Who stands in front: the 48 % and the 52 %. "Academic" is Politecnico and Università di Torino."""

    ACADEMIC = "academic", _("academic")
    COMPANY = "company", _("company")


class Instructor(models.Model):
    """A person who teaches; `kind` is today's, each session keeps its own snapshot."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instructor",
        verbose_name=_("account"),
    )
    name = models.CharField(_("name"), max_length=150)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="instructors", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TeachingKind)
    subject = models.CharField(pgettext_lazy("instructor", "subject"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("instructor")
        verbose_name_plural = _("instructors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
