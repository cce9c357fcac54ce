"""Which forms have been sent already, so that sending one again does nothing again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Once(models.Model):
    """A form done once: sent again, it gets the same `answer`, the address one is led to.

    `what` is the address the form was sent to. A key is its person's alone: to anybody else it is
    as good as new.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    key = models.UUIDField(_("key"))
    what = models.TextField(_("form"))
    done_at = models.DateTimeField(_("done"))
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("form sent")
        verbose_name_plural = _("forms sent")
        constraints = [
            models.UniqueConstraint(
                name="a_form_is_done_once",
                fields=["user", "key"],
                violation_error_message=_("This form has already been sent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.key}"
