"""What participants send in about their presence: absences with a reason, and what is to be put right."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.presence import DAYS_TO_ASK, DECISIVE
from assessments.states import ANSWER_PASSAGES
from courses.files import LARGEST_FILE, LONGEST_NAME
from courses.models import Cohort, Session
from courses.models.invariants import CopiedFacts, Guard, known_values, only_these_passages
from enrollment.models import ContentType, Enrollment

from .presence import Attending, of_the_edition
from .register import somebody

OF_THE_SESSION = CopiedFacts("session", "courses_session", ("cohort_id",))
DECIDED = ", ".join(f"'{source}'" for source in DECISIVE)


class AnswerState(models.TextChoices):
    SENT = "sent", pgettext_lazy("answer", "waiting for an answer")
    ACCEPTED = "accepted", pgettext_lazy("answer", "accepted")
    REFUSED = "refused", pgettext_lazy("answer", "not accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("answer", "taken back")


def answered(subject: str) -> list[models.BaseConstraint]:
    """An answer says who gave it and when; a refusal says why."""
    return [
        known_values(f"{subject}_has_a_known_state", "state", AnswerState),
        models.CheckConstraint(
            name=f"{subject}_says_who_answered_it",
            condition=Q(state__in=["sent", "withdrawn"], answered_at=None, answered_by=None)
            | Q(state__in=["accepted", "refused"], answered_at__isnull=False, answered_by__isnull=False),
            violation_error_message=_("An answer says who gave it and when."),
        ),
        models.CheckConstraint(
            name=f"{subject}_is_refused_with_a_reason",
            condition=~Q(state="refused") | ~Q(answer=""),
            violation_error_message=_("Say why it is not accepted."),
        ),
    ]


class SentIn(models.Model):
    """Something a participant sends in about a session, and the office answers."""

    State = AnswerState

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="%(class)ss", verbose_name=_("participant")
    )
    session = models.ForeignKey(Session, models.PROTECT, related_name="%(class)ss", verbose_name=_("session"))
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="+", editable=False, blank=True, verbose_name=_("edition")
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=1000)
    sent_at = models.DateTimeField(_("sent at"), editable=False)
    state = models.CharField(_("state"), max_length=9, choices=AnswerState, default=AnswerState.SENT)
    answer = models.TextField(pgettext_lazy("of the office", "answer"), max_length=1000, blank=True)
    answered_by = somebody(null=True, verbose_name=_("answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.session}"


class AbsenceNotice(SentIn):
    """A participant says, before or after, why they are not there; without times, for the whole session.

    It pre-fills the roll call and never replaces it. Accepted, it excuses, where the rules of the edition
    let excuses count.
    """

    class Meta(SentIn.Meta):
        verbose_name = _("notice of absence")
        verbose_name_plural = _("notices of absence")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            *answered("a_notice_of_absence"),
            models.UniqueConstraint(
                name="one_notice_of_absence_per_session",
                fields=["enrollment", "session"],
                condition=Q(state__in=["sent", "accepted"]),
                violation_error_message=_("You have already sent a notice for this session."),
            ),
            models.CheckConstraint(
                name="a_notice_of_absence_ends_after_it_begins",
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                violation_error_message=_("Give both times; the second is later than the first."),
            ),
            OF_THE_SESSION.key(
                name="a_notice_of_absence_is_of_the_edition",
                violation_error_message=_("The session belongs to another edition."),
            ),
            of_the_edition("a_notice_of_absence"),
        ]
        triggers = [
            OF_THE_SESSION.filled_in("take_edition_from_session"),
            only_these_passages(
                name="a_notice_of_absence_is_answered_by_the_rules",
                field="state",
                table=ANSWER_PASSAGES,
                message=_("This answer cannot be changed any more."),
            ),
        ]


class AttachmentManager(models.Manager):
    """Leaves the bytes in the database unless they are asked for."""

    def get_queryset(self):
        return super().get_queryset().defer("content")


class AbsenceAttachment(models.Model):
    """A file with a notice of absence; its kind is judged by the content. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.OneToOneField(
        AbsenceNotice, models.PROTECT, related_name="attachment", verbose_name=_("notice of absence")
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    content_type = models.CharField(_("kind"), max_length=20, choices=ContentType)
    size = models.PositiveIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))

    objects = AttachmentManager()

    class Meta:
        verbose_name = _("attachment of a notice")
        verbose_name_plural = _("attachments of notices")
        constraints = [
            known_values("an_attachment_is_of_a_known_kind", "content_type", ContentType),
            models.CheckConstraint(
                name="an_attachment_is_neither_empty_nor_too_large",
                condition=Q(size__gte=1, size__lte=LARGEST_FILE),
                violation_error_message=_("A file is at most 5 MB and not empty."),
            ),
        ]
        triggers = [
            Guard(
                name="an_attachment_never_changes",
                message=_("A file is replaced by another one, never changed."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="{refuse}",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RectificationRequest(SentIn):
    """ "I was there": what a participant says of their presence; the office decides.

    `starts_at` and `ends_at` are when they say they were there; how long it may be asked for is
    `presence.may_ask_until`.
    """

    attendance = models.CharField(_("attended"), max_length=10, choices=Attending)

    class Meta(SentIn.Meta):
        verbose_name = _("request for a rectification")
        verbose_name_plural = _("requests for a rectification")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            *answered("a_request"),
            known_values("a_request_has_a_known_attendance", "attendance", Attending),
            models.UniqueConstraint(
                name="one_open_request_per_person_and_session",
                fields=["enrollment", "session"],
                condition=Q(state="sent"),
                violation_error_message=_("You have already asked; the office will answer."),
            ),
            models.CheckConstraint(
                name="a_request_says_from_when_to_when",
                condition=Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                violation_error_message=_("Give both times; the second is later than the first."),
            ),
            OF_THE_SESSION.key(
                name="a_request_is_of_the_edition",
                violation_error_message=_("The session belongs to another edition."),
            ),
            of_the_edition("a_request"),
        ]
        triggers = [
            OF_THE_SESSION.filled_in("take_edition_from_session"),
            only_these_passages(
                name="a_request_is_answered_by_the_rules",
                field="state",
                table=ANSWER_PASSAGES,
                message=_("This answer cannot be changed any more."),
            ),
            Guard(
                name="a_rectification_is_asked_for_within_three_days",
                message=_("A rectification can be asked for within three days."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_session s
                        LEFT JOIN assessments_register r ON r.session_id = s.id
                        WHERE s.id = NEW.session_id AND s.ends_at <= NEW.sent_at
                        AND NEW.sent_at <= greatest(s.ends_at, r.signed_at, (
                            SELECT max(i.at) FROM assessments_presenceinterval i
                            WHERE i.session_id = s.id AND i.enrollment_id = NEW.enrollment_id
                            AND i.source IN ({DECIDED}) AND i.at > r.signed_at
                        )) + interval '{DAYS_TO_ASK} days'
                    ) THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
        ]
