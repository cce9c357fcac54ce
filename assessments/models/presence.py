"""Who was there, how and from when to when: what was said of it, and what counts."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.presence import DECISIVE, Attendance, Interval, Source
from courses.models import Cohort, Session
from courses.models.invariants import CompositeForeignKey, CopiedFacts, Guard, known_values
from enrollment.models import Enrollment

from .register import FINAL, Rectification, somebody
from .report import PlatformReport
from .score import TO_BE_RETAKEN

OF_THE_SESSION = CopiedFacts("session", "courses_session", ("cohort_id",))
CODES = (Source.ROOM_CODE, Source.CALL_CODE)


def of_the_edition(subject: str) -> CompositeForeignKey:
    """The person follows the edition of the session."""
    return CompositeForeignKey(
        name=f"{subject}_is_of_a_participant_of_the_edition",
        fields=["enrollment", "cohort"],
        to="enrollment_enrollment",
        to_fields=["id", "cohort_id"],
        violation_error_message=_("This person does not follow the edition of the session."),
    )


class SaidBy(models.TextChoices):
    """Where what is said of a presence comes from."""

    STAFF = "staff", _("office")
    ROLL_CALL = "roll_call", _("roll call")
    ROOM_CODE = "room_code", _("code in the room")
    CALL_CODE = "call_code", _("code in the call")
    PLATFORM = "platform", _("report of the platform")


class Attending(models.TextChoices):
    """How a person attends."""

    IN_PERSON = "in_person", pgettext_lazy("attending", "in person")
    REMOTE = "remote", pgettext_lazy("attending", "remote")


class PresenceIntervalQuerySet(models.QuerySet):
    """The vocabulary of intervals."""

    def live(self):
        """Not superseded by a later one, and not taken back."""
        return self.filter(Q(starts_at__isnull=False) | Q(source__in=DECISIVE), superseded_by__isnull=True)


class PresenceInterval(models.Model):
    """Somebody was there from one instant to another, as `source` says; never changed, only superseded.

    Without instants the office or the roll call says that the person was absent; from any other source
    such a row takes back the one it supersedes. A row that supersedes another stands in its place.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="intervals", verbose_name=_("participant")
    )
    session = models.ForeignKey(Session, models.PROTECT, related_name="intervals", verbose_name=_("session"))
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="+", editable=False, blank=True, verbose_name=_("edition")
    )
    source = models.CharField(_("source"), max_length=10, choices=SaidBy)
    attendance = models.CharField(_("attended"), max_length=10, choices=Attending)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)
    by = somebody(verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    rectification = models.ForeignKey(
        Rectification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="intervals",
        verbose_name=_("rectification"),
    )
    report = models.ForeignKey(
        PlatformReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="intervals",
        verbose_name=_("report of the platform"),
    )

    objects = PresenceIntervalQuerySet.as_manager()

    class Meta:
        verbose_name = _("interval of presence")
        verbose_name_plural = _("intervals of presence")
        ordering = ["session", "enrollment", "starts_at", "pk"]
        indexes = [
            models.Index(name="intervals_of_a_session", fields=["session", "enrollment"]),
            models.Index(name="intervals_by_moment", fields=["at"]),
        ]
        constraints = [
            known_values("an_interval_has_a_known_source", "source", SaidBy),
            known_values("an_interval_has_a_known_attendance", "attendance", Attending),
            models.CheckConstraint(
                name="an_interval_ends_after_it_begins",
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                violation_error_message=_("Give both times; the second is later than the first."),
            ),
            models.CheckConstraint(
                name="only_who_decides_calls_somebody_absent",
                condition=Q(starts_at__isnull=False) | Q(source__in=DECISIVE) | Q(supersedes__isnull=False),
                violation_error_message=_("Only the roll call and the office call somebody absent."),
            ),
            models.CheckConstraint(
                name="the_office_gives_its_reason",
                condition=~Q(source="staff") | ~Q(reason=""),
                violation_error_message=_("A correction needs a reason."),
            ),
            models.CheckConstraint(
                name="what_a_platform_says_is_in_its_report",
                condition=Q(source="platform", report__isnull=False)
                | (~Q(source="platform") & Q(report=None)),
                violation_error_message=_("What a platform says comes with its report."),
            ),
            models.UniqueConstraint(
                name="a_code_is_used_once_per_person",
                fields=["enrollment", "session", "source"],
                condition=Q(source__in=CODES, supersedes=None),
                violation_error_message=_("You have already used the code of this session."),
            ),
            OF_THE_SESSION.key(
                name="an_interval_is_of_the_edition_of_its_session",
                violation_error_message=_("The session belongs to another edition."),
            ),
            of_the_edition("an_interval"),
        ]
        triggers = [
            OF_THE_SESSION.filled_in("take_edition_from_session"),
            # Of each row: the key to the session runs an UPDATE here whenever a session changes edition.
            Guard(
                name="an_interval_never_changes",
                message=_("This record can only be added to, never changed or deleted."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="{refuse}",
            ),
            Guard(
                name="intervals_are_never_emptied",
                message=_("This record can only be added to, never changed or deleted."),
                level=pgtrigger.Statement,
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                func="{refuse}",
            ),
            Guard(
                name="who_was_there_is_on_the_roster",
                message=_("This person was not a member of the edition on the day of the session."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_session s, enrollment_enrollment e
                        WHERE (s.id, e.id) = (NEW.session_id, NEW.enrollment_id)
                        AND (s.starts_at AT TIME ZONE 'Europe/Rome')::date
                            BETWEEN e.starts_on AND coalesce(e.ends_on, 'infinity')
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="what_is_decided_lies_within_the_session",
                message=_("The times lie outside the session."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.source IN ('staff', 'roll_call') AND NEW.starts_at IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM courses_session s WHERE s.id = NEW.session_id
                        AND s.starts_at <= NEW.starts_at AND NEW.ends_at <= s.ends_at
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="an_interval_supersedes_one_of_the_same_person",
                message=_("A correction replaces what was said of the same person in the same session."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM assessments_presenceinterval i WHERE i.id = NEW.supersedes_id
                        AND (i.enrollment_id, i.session_id) = (NEW.enrollment_id, NEW.session_id)
                        AND (i.source = NEW.source OR NEW.source = 'staff')
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_signed_register_is_corrected_with_a_reason",
                message=_("The register is signed: a correction needs a reason."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.reason = '' AND NEW.source IN ('staff', 'roll_call') AND EXISTS (
                        SELECT 1 FROM assessments_register
                        WHERE session_id = NEW.session_id AND state <> 'open'
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_final_register_takes_only_rectifications",
                message=_("The register is closed: it takes only rectifications."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    IF EXISTS (
                        SELECT 1 FROM assessments_register r
                        WHERE r.session_id = NEW.session_id AND r.state IN ({FINAL})
                        AND NOT (NEW.source = 'staff' AND EXISTS (
                            SELECT 1 FROM assessments_rectification WHERE id = NEW.rectification_id
                            AND (register_id, enrollment_id) = (r.id, NEW.enrollment_id)))
                    ) THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="credit_what_was_said",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="said"),
                func="""
                    INSERT INTO assessments_presence (enrollment_id, session_id, minutes, in_person, source)
                    SELECT DISTINCT enrollment_id, session_id, 0, 0, '' FROM said
                    ORDER BY session_id, enrollment_id
                    ON CONFLICT (enrollment_id, session_id) DO UPDATE SET minutes = 0;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.session}"

    @property
    def interval(self) -> Interval:
        """As `assessments.presence` reads it."""
        return Interval(Source(self.source), Attendance(self.attendance), self.starts_at, self.ends_at)


class Presence(models.Model):
    """What counts of one person in one session, in minutes; the database works it out.

    Whatever anybody writes here, a trigger puts in what the live intervals give by the rule of
    `assessments.presence.credit`. `source` is the one that decided, empty where several count together.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="presences", verbose_name=_("participant")
    )
    session = models.ForeignKey(Session, models.PROTECT, related_name="presences", verbose_name=_("session"))
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="+", editable=False, blank=True, verbose_name=_("edition")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes credited"), editable=False)
    in_person = models.PositiveSmallIntegerField(_("of them in person"), editable=False)
    source = models.CharField(_("source"), max_length=10, choices=SaidBy, blank=True, editable=False)
    entered_at = models.DateTimeField(_("entered"), null=True, editable=False)
    left_at = models.DateTimeField(_("left"), null=True, editable=False)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["session", "enrollment"]
        constraints = [
            models.UniqueConstraint(
                name="one_presence_per_person_and_session",
                fields=["enrollment", "session"],
                violation_error_message=_("This person already has a presence in this session."),
            ),
            models.CheckConstraint(
                name="minutes_in_person_are_among_those_credited",
                condition=Q(in_person__lte=F("minutes")),
                violation_error_message=_("The minutes in person are part of those credited."),
            ),
            OF_THE_SESSION.key(
                name="a_presence_is_of_the_edition_of_its_session",
                violation_error_message=_("The session belongs to another edition."),
            ),
            of_the_edition("a_presence"),
        ]
        triggers = [
            OF_THE_SESSION.filled_in("take_edition_from_session"),
            Guard(
                name="a_presence_stays",
                message=_("A presence stays with its person and session, and is never deleted."),
                operation=pgtrigger.UpdateOf("enrollment_id", "session_id") | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="{refuse}",
            ),
            pgtrigger.Trigger(
                name="count_the_minutes",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                declare=[("planned", "tstzrange"), ("ruling", "text"), ("sources", "text[]")],
                func="""
                    SELECT during INTO planned FROM courses_session WHERE id = NEW.session_id;
                    SELECT array_agg(DISTINCT i.source ORDER BY i.source) INTO sources
                    FROM assessments_presenceinterval i
                    WHERE (i.enrollment_id, i.session_id) = (NEW.enrollment_id, NEW.session_id)
                    AND (i.starts_at IS NOT NULL OR i.source IN ('staff', 'roll_call'))
                    AND NOT EXISTS (
                        SELECT 1 FROM assessments_presenceinterval l WHERE l.supersedes_id = i.id);
                    ruling := CASE WHEN 'staff' = ANY(sources) THEN 'staff'
                                   WHEN 'roll_call' = ANY(sources) THEN 'roll_call' END;
                    WITH live AS (
                        SELECT tstzrange(i.starts_at, i.ends_at) * planned AS span, i.attendance
                        FROM assessments_presenceinterval i
                        WHERE (i.enrollment_id, i.session_id) = (NEW.enrollment_id, NEW.session_id)
                        AND i.starts_at IS NOT NULL AND (ruling IS NULL OR i.source = ruling)
                        AND NOT EXISTS (
                            SELECT 1 FROM assessments_presenceinterval l WHERE l.supersedes_id = i.id)
                    ), together AS (
                        SELECT range_agg(span) AS whole,
                               range_agg(span) FILTER (WHERE attendance = 'in_person') AS there
                        FROM live WHERE NOT isempty(span)
                    )
                    SELECT (SELECT coalesce(floor(extract(epoch FROM sum(upper(s) - lower(s))) / 60), 0)
                            FROM unnest(whole) s),
                           (SELECT coalesce(floor(extract(epoch FROM sum(upper(s) - lower(s))) / 60), 0)
                            FROM unnest(there) s),
                           lower(whole), upper(whole)
                    INTO NEW.minutes, NEW.in_person, NEW.entered_at, NEW.left_at FROM together;
                    NEW.source := coalesce(
                        ruling, CASE WHEN cardinality(sources) = 1 THEN sources[1] END, '');
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.session}"

    @property
    def remote(self) -> bool:
        """Most of it was attended remotely."""
        return self.in_person * 2 < self.minutes


class RecordedSession(Session):
    """A session as its record sees it: what was recorded follows its times, or forbids to change them."""

    class Meta:
        proxy = True
        verbose_name = _("recorded session")
        triggers = [
            Guard(
                name="a_session_with_a_final_register_stays",
                message=_("The register of this session is closed: the session is not changed any more."),
                operation=pgtrigger.UpdateOf("starts_at", "ends_at", "state"),
                when=pgtrigger.Before,
                func=f"""
                    IF (OLD.starts_at, OLD.ends_at, OLD.state)
                        IS DISTINCT FROM (NEW.starts_at, NEW.ends_at, NEW.state)
                        AND EXISTS (SELECT 1 FROM assessments_register
                                    WHERE session_id = NEW.id AND state IN ({FINAL}))
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="invite_who_needs_this_retake",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("purpose", "module_id", "cohort_id"),
                when=pgtrigger.After,
                func=f"""
                    IF TG_OP = 'UPDATE' THEN
                        DELETE FROM enrollment_invitation WHERE session_id = NEW.id;
                    END IF;
                    INSERT INTO enrollment_invitation (session_id, enrollment_id)
                    SELECT NEW.id, score.enrollment_id
                    FROM assessments_moduletest t JOIN assessments_score score ON score.test_id = t.id
                    WHERE NEW.purpose = 'retake' AND t.cohort_id = NEW.cohort_id
                      AND t.module_id = NEW.module_id AND t.may_be_retaken AND {TO_BE_RETAKEN}
                    ON CONFLICT DO NOTHING;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="credit_its_presences_anew",
                operation=pgtrigger.UpdateOf("starts_at", "ends_at"),
                when=pgtrigger.After,
                func="""
                    UPDATE assessments_presence SET minutes = 0 WHERE session_id = NEW.id;
                    RETURN NULL;
                """,
            ),
        ]
