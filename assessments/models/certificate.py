"""What is issued to a participant: numbered documents whose words and bytes never change again."""

import secrets

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import CharField, F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.states import CERTIFICATE_PASSAGES
from courses.models import Cohort
from courses.models.invariants import CopiedFacts, Guard, known_values, only_these_passages
from enrollment.models import Enrollment
from enrollment.states import LIVE_ENROLLMENTS

from .register import somebody

OF_THE_ENROLLMENT = CopiedFacts("enrollment", "enrollment_enrollment", ("cohort_id",))
CODE_BYTES = 16  # 128 random bits: nobody guesses the page of a certificate
LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE_ENROLLMENTS))
MAY_CHANGE = ("state", "ended_at", "ended_by_id", "reason", "ready_at")


def new_code() -> str:
    """22 letters, digits, dashes and underscores."""
    return secrets.token_urlsafe(CODE_BYTES)


class CertificateKind(models.TextChoices):
    CERTIFICATE = "certificate", pgettext_lazy("document", "certificate")
    STATEMENT = "statement", _("statement of attendance")


class CertificateState(models.TextChoices):
    VALID = "valid", pgettext_lazy("certificate", "valid")
    REVOKED = "revoked", pgettext_lazy("certificate", "revoked")
    SUPERSEDED = "superseded", pgettext_lazy("certificate", "superseded")


class CertificateQuerySet(models.QuerySet):
    """The vocabulary of certificates."""

    def valid(self):
        """Neither revoked nor superseded."""
        return self.filter(state=CertificateState.VALID)

    def ready(self):
        """Whose papers are made: they can be downloaded and shown."""
        return self.filter(ready_at__isnull=False)

    def unready(self):
        """Issued, and papers still to be made."""
        return self.filter(ready_at=None)


class Certificate(models.Model):
    """A certificate or a statement of attendance, as it was issued.

    Its number goes up by one within its kind and year, given by the database. `facts` are all that its
    papers say, as things stood; `digest` is the SHA-256 of their canonical form. `code` leads to its public
    page. A mistake is mended by another one, which `supersedes` this.
    """

    Kind = CertificateKind
    State = CertificateState

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="certificates", verbose_name=_("participant")
    )
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="certificates", editable=False, verbose_name=_("edition")
    )
    kind = models.CharField(_("kind"), max_length=11, choices=CertificateKind)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"), default=0)
    code = models.CharField(_("code"), max_length=22, unique=True, default=new_code)
    state = models.CharField(
        _("state"), max_length=10, choices=CertificateState, default=CertificateState.VALID
    )
    issued_at = models.DateTimeField(_("issued"))
    issued_by = somebody(verbose_name=_("issued by"))
    facts = models.JSONField(_("what it says"), encoder=DjangoJSONEncoder)
    digest = models.CharField(_("hash of what it says"), max_length=64)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="successor", verbose_name=_("supersedes")
    )
    ready_at = models.DateTimeField(_("papers made"), null=True)
    ended_at = models.DateTimeField(_("revoked or superseded"), null=True)
    ended_by = somebody(null=True, verbose_name=_("by"))
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("document", "certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-year", "kind", "-number"]
        permissions = [("issue_certificate", "Can issue, revoke and re-issue certificates")]
        indexes = [
            models.Index(name="certificates_to_make", fields=["issued_at"], condition=Q(ready_at=None)),
        ]
        constraints = [
            known_values("a_certificate_is_of_a_known_kind", "kind", CertificateKind),
            known_values("a_certificate_has_a_known_state", "state", CertificateState),
            models.UniqueConstraint(
                name="certificates_are_numbered_apart",
                fields=["kind", "year", "number"],
                violation_error_message=_("There already is a document of this number."),
            ),
            models.UniqueConstraint(
                name="one_valid_certificate_of_a_kind_per_place",
                fields=["enrollment", "kind"],
                condition=Q(state="valid"),
                violation_error_message=_("This person already has one that is valid."),
            ),
            OF_THE_ENROLLMENT.key(
                name="a_certificate_is_of_the_edition_of_its_place",
                violation_error_message=_("A certificate belongs to the edition of its participant."),
            ),
            models.CheckConstraint(
                name="nobody_guesses_the_code_of_a_certificate",
                condition=Q(code__regex="^[A-Za-z0-9_-]{22}$"),
                violation_error_message=_("A code has 22 letters and digits."),
            ),
            models.CheckConstraint(
                name="what_a_certificate_says_has_its_hash",
                condition=Q(digest__regex="^[0-9a-f]{64}$"),
                violation_error_message=_("A hash has 64 hexadecimal digits."),
            ),
            models.CheckConstraint(
                name="it_is_known_who_ended_a_certificate_and_why",
                condition=Q(state="valid", ended_at=None, ended_by=None, reason="")
                | (~Q(state="valid") & Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(reason="")),
                violation_error_message=_("Write down why it no longer stands."),
            ),
        ]
        triggers = [
            OF_THE_ENROLLMENT.filled_in("take_edition_from_place"),
            pgtrigger.Trigger(
                name="certificates_are_numbered_without_gaps",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    PERFORM pg_advisory_xact_lock(hashtext('assessments_certificate'), NEW.year);
                    SELECT coalesce(max(number), 0) + 1 INTO NEW.number FROM assessments_certificate
                    WHERE kind = NEW.kind AND year = NEW.year;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_certificate_is_for_who_stayed",
                message=_("Auditors and whoever has left get a statement of attendance, no certificate."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    IF NEW.kind = 'certificate' AND NOT EXISTS (
                        SELECT 1 FROM enrollment_enrollment
                        WHERE id = NEW.enrollment_id AND NOT auditor AND state IN ({LIVE})
                    ) THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            only_these_passages(
                name="a_certificate_changes_state_by_the_rules",
                field="state",
                table=CERTIFICATE_PASSAGES,
                message=_("What is revoked or superseded stays so."),
            ),
            Guard(
                name="what_a_certificate_says_never_changes",
                message=_("A certificate never changes and is never deleted: revoke it, or issue another."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    IF TG_OP = 'DELETE'
                       OR to_jsonb(OLD) - '{{{",".join(MAY_CHANGE)}}}'::text[]
                          <> to_jsonb(NEW) - '{{{",".join(MAY_CHANGE)}}}'::text[]
                       OR (OLD.state <> 'valid' AND (OLD.ended_at, OLD.ended_by_id, OLD.reason)
                           IS DISTINCT FROM (NEW.ended_at, NEW.ended_by_id, NEW.reason))
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_certificate_is_ready_once_with_all_papers",
                message=_("Its papers are made once, all of them."),
                operation=pgtrigger.UpdateOf("ready_at"),
                when=pgtrigger.Before,
                func="""
                    IF OLD.ready_at IS DISTINCT FROM NEW.ready_at AND (
                        OLD.ready_at IS NOT NULL
                        OR NOT EXISTS (SELECT 1 FROM assessments_certificatepaper
                                       WHERE certificate_id = NEW.id)
                        OR EXISTS (SELECT 1 FROM assessments_certificatepaper
                                   WHERE certificate_id = NEW.id AND content IS NULL)
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="one_supersedes_what_was_the_same_persons",
                message=_("One supersedes a document of the same person and kind that no longer stands."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM assessments_certificate WHERE id = NEW.supersedes_id
                        AND enrollment_id = NEW.enrollment_id AND kind = NEW.kind AND state = 'superseded'
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        """Such as C-2022-0012; a sample has dashes."""
        number = f"{self.number:04}" if self.number else "––––"
        return f"{self.kind[0].upper()}-{self.year}-{number}"

    @property
    def signed_badge(self):
        """Its badge, once there is one."""
        return getattr(self, "badge", None)

    @property
    def name(self) -> str:
        """Of the person, as it was printed."""
        return self.facts["name"]


class PaperKind(models.TextChoices):
    CERTIFICATE = "certificate", pgettext_lazy("document", "certificate")
    STATEMENT = "statement", _("statement of attendance")
    TRANSCRIPT = "transcript", _("transcript")
    SUPPLEMENT = "supplement", _("supplement")


class PaperLanguage(models.TextChoices):
    ITALIAN = "it", _("Italian")
    ENGLISH = "en", _("English")


# What is made for each kind of certificate.
PAPERS = {
    CertificateKind.CERTIFICATE: (PaperKind.CERTIFICATE, PaperKind.TRANSCRIPT, PaperKind.SUPPLEMENT),
    CertificateKind.STATEMENT: (PaperKind.STATEMENT,),
}


class CertificatePaperManager(models.Manager):
    """Leaves the bytes where they are until somebody asks for them."""

    def get_queryset(self):
        return super().get_queryset().defer("content")


class CertificatePaper(models.Model):
    """A PDF of a certificate in one language: asked for when it is issued, made once, kept as it is."""

    certificate = models.ForeignKey(
        Certificate,
        models.PROTECT,
        related_name="papers",
        verbose_name=pgettext_lazy("document", "certificate"),
    )
    kind = models.CharField(_("kind"), max_length=11, choices=PaperKind)
    language = models.CharField(_("language"), max_length=2, choices=PaperLanguage)
    content = models.BinaryField(_("content"), null=True)
    digest = models.CharField(_("hash"), max_length=64, blank=True)

    objects = CertificatePaperManager()

    class Meta:
        verbose_name = _("paper of a certificate")
        verbose_name_plural = _("papers of certificates")
        ordering = ["certificate", "pk"]
        base_manager_name = "objects"
        constraints = [
            known_values("a_paper_is_of_a_known_kind", "kind", PaperKind),
            known_values("a_paper_is_in_a_known_language", "language", PaperLanguage),
            models.UniqueConstraint(
                name="a_paper_is_made_once_in_a_language",
                fields=["certificate", "kind", "language"],
                violation_error_message=_("This paper is there already."),
            ),
            models.CheckConstraint(
                name="a_paper_has_the_hash_of_its_bytes",
                condition=Q(content=None, digest="")
                | Q(
                    content__isnull=False,
                    digest=Func(
                        Func(F("content"), function="sha256"),
                        Value("hex"),
                        function="encode",
                        output_field=CharField(),
                    ),
                ),
                violation_error_message=_("The hash of a paper is the SHA-256 of its bytes."),
            ),
        ]
        triggers = [
            Guard(
                name="a_paper_once_made_stays_as_it_is",
                message=_("A paper once made stays as it is."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'DELETE' OR OLD.content IS NOT NULL
                       OR (OLD.certificate_id, OLD.kind, OLD.language)
                          <> (NEW.certificate_id, NEW.kind, NEW.language)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_ready_certificate_takes_no_more_papers",
                message=_("This certificate has all its papers."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM assessments_certificate
                               WHERE id = NEW.certificate_id AND ready_at IS NOT NULL)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} {self.get_kind_display()} ({self.language})"

    @property
    def file_name(self) -> str:
        """Such as C-2022-0012-transcript-en.pdf."""
        return f"{self.certificate}-{self.kind}-{self.language}.pdf"
