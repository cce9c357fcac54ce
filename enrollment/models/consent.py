"""What people agree to: texts in versions, and who said yes or no to which, when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort
from courses.models.invariants import append_only, known_values
from courses.models.wording import Titled, in_readers_language


class AgreementQuerySet(models.QuerySet):
    """The vocabulary of agreements."""

    def in_force(self, at):
        """Of each kind the latest version at that moment."""
        newer = Agreement.objects.filter(
            kind=models.OuterRef("kind"), version__gt=models.OuterRef("version"), in_force_from__lte=at
        )
        return self.filter(~models.Exists(newer), in_force_from__lte=at)


class AgreementKind(models.TextChoices):
    PARTICIPATION = "participation", _("participation agreement")
    RECORDING = "recording", _("recording of remote sessions")
    DIRECTORY = "directory", _("class directory")


class Agreement(Titled):
    """One version of a text. Without a yes to those `required` a seat cannot be accepted."""

    Kind = AgreementKind

    kind = models.CharField(_("kind"), max_length=14, choices=AgreementKind)
    version = models.PositiveSmallIntegerField(_("version"))
    text_it = models.TextField(_("text in Italian"))
    text_en = models.TextField(_("text in English"))
    required = models.BooleanField(_("required"), default=False)
    in_force_from = models.DateTimeField(_("in force from"))

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-required", "kind", "-version"]
        constraints = [
            known_values("an_agreement_has_a_known_kind", "kind", AgreementKind),
            models.UniqueConstraint(
                name="versions_of_an_agreement_are_numbered",
                fields=["kind", "version"],
                violation_error_message=_("This version already exists."),
            ),
            models.CheckConstraint(
                name="the_participation_agreement_is_required",
                condition=~Q(kind="participation") | Q(required=True),
                violation_error_message=_("The participation agreement is always required."),
            ),
        ]
        triggers = [append_only(name="agreements_are_only_superseded")]

    @property
    def text(self) -> str:
        """In the reader's language."""
        return in_readers_language(self, "text")


class Consent(models.Model):
    """A yes or a no of one person to one version; of several to one kind the last one counts."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="consents", verbose_name=_("person")
    )
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="consents", verbose_name=_("agreement")
    )
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="+", verbose_name=_("edition"))
    given = models.BooleanField(_("given"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_answer_at_a_time",
                fields=["user", "agreement", "cohort", "at"],
                violation_error_message=_("This answer has already been recorded."),
            ),
        ]
        triggers = [append_only(name="consents_are_only_added")]

    def __str__(self) -> str:
        return f"{self.user}: {self.agreement}"
