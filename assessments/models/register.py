"""The register of a session: its life, its signatures, its seal, and what was put right afterwards."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.states import FINAL_REGISTERS, REGISTER_PASSAGES
from courses.models import Cohort, Instructor, Session
from courses.models.invariants import (
    CopiedFacts,
    Guard,
    append_only,
    known_values,
    only_these_passages,
)
from enrollment.models import Enrollment

OF_THE_SESSION = CopiedFacts("session", "courses_session", ("cohort_id",))
FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL_REGISTERS))
SAID = ("topic", "started_at", "finished_at", "note")
SEALED = (*SAID, "number", "rows", "digest", "locked_at", "locked_by_id")


def somebody(**options):
    """A key to an account that may not go while this row names it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, **options
    )


class RegisterState(models.TextChoices):
    OPEN = "open", pgettext_lazy("register", "open")
    SIGNED = "signed", pgettext_lazy("register", "signed")
    CLOSED = "closed", pgettext_lazy("register", "closed")
    LOCKED = "locked", pgettext_lazy("register", "locked")


class RegisterQuerySet(models.QuerySet):
    """The vocabulary of registers."""

    def final(self):
        """Closed or locked: only rectifications may add to them."""
        return self.filter(state__in=FINAL_REGISTERS)

    def locked(self):
        """Numbered and sealed."""
        return self.filter(state=RegisterState.LOCKED)


class Register(models.Model):
    """The register of one session: open → signed by its instructors → closed by the tutor → locked.

    `revision` counts up with every change, so that of two people the second is told. Locked, it has its
    `number` within the edition, its `rows` as they stood and their `digest` (SHA-256 of the canonical
    rows): whatever changes afterwards, by a rectification or behind the portal's back, shows.
    """

    State = RegisterState

    session = models.OneToOneField(
        Session, models.PROTECT, related_name="register", verbose_name=_("session")
    )
    cohort = models.ForeignKey(
        Cohort,
        models.PROTECT,
        related_name="registers",
        editable=False,
        blank=True,
        verbose_name=_("edition"),
    )
    state = models.CharField(_("state"), max_length=8, choices=RegisterState, default=RegisterState.OPEN)
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    topic = models.CharField(_("topic done"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("really began"), null=True, blank=True)
    finished_at = models.DateTimeField(_("really ended"), null=True, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_by = somebody(null=True, verbose_name=_("closed by"))
    locked_at = models.DateTimeField(_("locked at"), null=True, editable=False)
    locked_by = somebody(null=True, verbose_name=_("locked by"))
    number = models.PositiveIntegerField(_("number"), null=True, editable=False)
    rows = models.JSONField(_("sealed rows"), null=True, encoder=DjangoJSONEncoder, editable=False)
    digest = models.CharField(_("seal"), max_length=64, blank=True, editable=False)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        ordering = ["session__starts_at"]
        permissions = [("lock_register", "Can close and lock registers, and rectify them")]
        constraints = [
            known_values("a_register_has_a_known_state", "state", RegisterState),
            models.UniqueConstraint(
                name="registers_of_an_edition_are_numbered_apart",
                fields=["cohort", "number"],
                violation_error_message=_("The edition already has a register of this number."),
            ),
            models.UniqueConstraint(
                name="a_seal_is_of_one_register",
                fields=["digest"],
                condition=~Q(digest=""),
                violation_error_message=_("Another register already has this seal."),
            ),
            OF_THE_SESSION.key(
                name="a_register_is_of_the_edition_of_its_session",
                violation_error_message=_("A register belongs to the edition of its session."),
            ),
            models.CheckConstraint(
                name="a_register_says_when_it_reached_its_state",
                condition=Q(state="open", signed_at=None, closed_at=None, locked_at=None)
                | Q(state="signed", signed_at__isnull=False, closed_at=None, locked_at=None)
                | Q(state="closed", signed_at__isnull=False, closed_at__isnull=False, locked_at=None)
                | Q(
                    state="locked", signed_at__isnull=False, closed_at__isnull=False, locked_at__isnull=False
                ),
                violation_error_message=_("A register says when it was signed, closed and locked."),
            ),
            models.CheckConstraint(
                name="it_is_known_who_closed_and_locked_a_register",
                condition=(
                    Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False)
                )
                & (Q(locked_at=None, locked_by=None) | Q(locked_at__isnull=False, locked_by__isnull=False)),
                violation_error_message=_("A register says who closed and who locked it."),
            ),
            models.CheckConstraint(
                name="a_register_is_sealed_exactly_when_locked",
                condition=Q(
                    state="locked", number__isnull=False, rows__isnull=False, digest__regex="^[0-9a-f]{64}$"
                )
                | (~Q(state="locked") & Q(number=None, rows=None, digest="")),
                violation_error_message=_("A register gets its number and its seal when it is locked."),
            ),
            models.CheckConstraint(
                name="a_signed_register_says_what_was_done",
                condition=Q(state="open") | ~Q(topic=""),
                violation_error_message=_("Write down the topic done."),
            ),
            models.CheckConstraint(
                name="a_session_really_ended_after_it_began",
                condition=Q(started_at=None, finished_at=None)
                | Q(started_at__isnull=False, finished_at__isnull=False, finished_at__gt=F("started_at")),
                violation_error_message=_("A session ends after it begins."),
            ),
        ]
        triggers = [
            OF_THE_SESSION.filled_in("take_edition_from_session"),
            only_these_passages(
                name="a_register_changes_state_by_the_rules",
                field="state",
                table=REGISTER_PASSAGES,
                message=_("A register cannot pass from this state to that one."),
            ),
            Guard(
                name="a_register_stays_with_its_session",
                message=_("A register stays with its session, and is never deleted."),
                operation=pgtrigger.UpdateOf("session_id") | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'DELETE' OR OLD.session_id <> NEW.session_id THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="what_a_locked_register_says_stays",
                message=_("The register is locked: it is put right by a rectification, never changed."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF OLD.state = 'locked'
                       AND ({", ".join(f"OLD.{name}" for name in SEALED)})
                           IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in SEALED)})
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_register_is_signed_by_who_taught",
                message=_("A register is signed by who taught the session."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                func=f"""
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.state IN ('signed', {FINAL}) THEN {{refuse}} END IF;
                    ELSIF OLD.state = 'open' AND NEW.state = 'signed' AND NOT EXISTS (
                        SELECT 1 FROM assessments_signature WHERE register_id = NEW.id
                    ) AND EXISTS (
                        SELECT 1 FROM courses_sessionteacher WHERE session_id = NEW.session_id AND live
                    ) THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.session)

    @property
    def final(self) -> bool:
        """Only rectifications may add to it."""
        return self.state in FINAL_REGISTERS


class Signature(models.Model):
    """An instructor answers for a register: who, when, and for how many minutes of teaching."""

    register = models.ForeignKey(
        Register, models.PROTECT, related_name="signatures", verbose_name=_("register")
    )
    instructor = models.ForeignKey(
        Instructor, models.PROTECT, related_name="signatures", verbose_name=_("instructor")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes taught"))
    by = somebody(verbose_name=_("signed by"))
    at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="an_instructor_signs_a_register_once",
                fields=["register", "instructor"],
                violation_error_message=_("This instructor has already signed."),
            ),
        ]
        triggers = [
            append_only(name="signatures_are_append_only"),
            Guard(
                name="who_signs_a_register_taught_its_session",
                message=_("A register is signed by who taught the session."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_sessionteacher t JOIN assessments_register r USING (session_id)
                        WHERE r.id = NEW.register_id AND t.instructor_id = NEW.instructor_id AND t.live
                          AND NEW.minutes <= t.minutes
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_final_register_takes_no_signature",
                message=_("The register is closed: nobody signs it any more."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    IF (SELECT state FROM assessments_register WHERE id = NEW.register_id) IN ({FINAL})
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instructor} – {self.register}"


class Rectification(models.Model):
    """What was put right after a register was closed: before, after, why, by whom and when.

    `before` and `after` are the row of one person as a register shows it.
    """

    register = models.ForeignKey(
        Register, models.PROTECT, related_name="rectifications", verbose_name=_("register")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="rectifications", verbose_name=_("participant")
    )
    before = models.JSONField(_("before"), encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), max_length=1000)
    by = somebody(verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("rectification")
        verbose_name_plural = _("rectifications")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_rectification_has_its_reason",
                condition=~Q(reason=""),
                violation_error_message=_("A rectification needs a reason."),
            ),
        ]
        triggers = [
            append_only(name="rectifications_are_append_only"),
            Guard(
                name="only_a_closed_register_is_rectified",
                message=_("The register is still open: it is corrected, not rectified."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    IF (SELECT state FROM assessments_register WHERE id = NEW.register_id) NOT IN ({FINAL})
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.register}"
