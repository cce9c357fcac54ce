"""Anything with a time: sessions, where they take place and who teaches them."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q
from django.db.models.functions import Greatest
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from courses.states import SESSION_PASSAGES

from .cohort import Cohort
from .instructor import Instructor, TeachingKind
from .invariants import CopiedFacts, Guard, append_only, known_values, only_these_passages
from .place import Room
from .programme import Module
from .wording import readers_language

LONGEST = timedelta(hours=12)


class TsTzRange(Func):
    """PostgreSQL's `tstzrange(starts, ends, '[)')`: back to back is no overlap."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class WholeMinute(Func):
    """The moment without seconds and fractions, whatever the time zone."""

    template = "date_trunc('minute', %(expressions)s)"
    output_field = models.DateTimeField()


def new_timetable_version(name: str, cohort: str) -> pgtrigger.Trigger:
    """Any change of the table counts the edition's `version` up, so no cached page outlives it.

    `cohort` is the SQL that leads from `the_row` to its edition; a row that changes edition counts for both.
    """
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.After,
        func=f"""
            UPDATE courses_cohort SET version = version + 1
            WHERE id IN (({cohort.replace("the_row", "OLD")}), ({cohort.replace("the_row", "NEW")}));
            RETURN NULL;
        """,
    )


OF_THE_SESSION = CopiedFacts("session", "courses_session", ("during", "live"))


class SessionQuerySet(models.QuerySet):
    """The vocabulary of the timetable."""

    def live(self):
        """Not cancelled."""
        return self.exclude(state=Session.State.CANCELLED)

    def upcoming(self, at):
        """Not over yet."""
        return self.filter(ends_at__gt=at)

    def of(self, instructor):
        """Taught by `instructor`, alone or with others."""
        return self.filter(teachers__instructor=instructor)


class SessionPurpose(models.TextChoices):
    TEACHING = "teaching", _("teaching")
    WELCOME = "welcome", _("welcome and assessment")
    FINAL = "final", _("final assessment")
    RETAKE = "retake", _("retake of a test")
    REVIEW = "review", _("review")
    MILESTONE = "milestone", _("milestone meeting")


def title_of(purpose: str, topic: str, module: str) -> str:
    """What people call a session: its topic; without one its module, after what it is beside a lesson."""
    beside = {SessionPurpose.RETAKE, SessionPurpose.REVIEW, SessionPurpose.MILESTONE}
    if topic or purpose not in beside:
        return topic or module
    return f"{capfirst(SessionPurpose(purpose).label)}: {module}"


class SessionMode(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    HYBRID = "hybrid", _("hybrid")
    REMOTE = "remote", _("remote")


class SessionState(models.TextChoices):
    PLANNED = "planned", _("planned")
    CANCELLED = "cancelled", _("cancelled")


class Session(models.Model):
    """A dated slot of an edition: teaching, the two assessments, retakes, reviews, milestone meetings.

    Only teaching counts towards the 300 hours. `mode` is what is planned; the places say what is
    arranged. `revision` is the calendar's SEQUENCE: the database counts it up when the time, the
    mode or the state change, the actions when a place does. `previous_starts_at` is the time people
    were last told: moves within the 10 minutes a change takes to settle leave it as it was.
    """

    Purpose = SessionPurpose
    Mode = SessionMode
    State = SessionState

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="sessions", verbose_name=_("edition"))
    module = models.ForeignKey(Module, models.PROTECT, related_name="sessions", verbose_name=_("module"))
    purpose = models.CharField(
        _("purpose"), max_length=12, choices=SessionPurpose, default=SessionPurpose.TEACHING
    )
    mode = models.CharField(_("mode"), max_length=10, choices=SessionMode)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    topic_it = models.CharField(_("topic in Italian"), max_length=200, blank=True)
    topic_en = models.CharField(_("topic in English"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SessionState, default=SessionState.PLANNED)
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    changed_at = models.DateTimeField(_("last changed"), db_default=models.functions.Now(), editable=False)
    previous_starts_at = models.DateTimeField(_("moved from"), null=True, blank=True, editable=False)
    change_reason = models.CharField(_("reason of the last change"), max_length=200, blank=True)
    during = models.GeneratedField(
        # Greatest, so that a session that ends before it begins meets its check, not an error of the range
        expression=TsTzRange("starts_at", Greatest("starts_at", "ends_at"), RangeBoundary()),
        output_field=DateTimeRangeField(),
        db_persist=True,
    )
    live = models.GeneratedField(
        expression=~Q(state=SessionState.CANCELLED), output_field=models.BooleanField(), db_persist=True
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at"]
        indexes = [models.Index(name="session_by_edition_and_time", fields=["cohort", "starts_at"])]
        constraints = [
            known_values("a_session_has_a_known_purpose", "purpose", SessionPurpose),
            known_values("a_session_has_a_known_mode", "mode", SessionMode),
            known_values("a_session_has_a_known_state", "state", SessionState),
            models.CheckConstraint(
                name="a_session_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST),
                violation_error_message=_("A session ends after it begins and lasts at most 12 hours."),
            ),
            models.CheckConstraint(
                name="a_session_lasts_whole_minutes",
                condition=Q(starts_at=WholeMinute("starts_at"), ends_at=WholeMinute("ends_at")),
                violation_error_message=_("A session begins and ends on a whole minute."),
            ),
            models.UniqueConstraint(name="a_session_with_its_time", fields=["id", "during", "live"]),
            models.UniqueConstraint(name="a_session_with_its_edition", fields=["id", "cohort"]),
            models.UniqueConstraint(
                name="a_session_with_its_edition_and_module", fields=["id", "cohort", "module"]
            ),
            ExclusionConstraint(
                name="an_edition_is_not_in_two_sessions_at_once",
                expressions=[("cohort", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(live=True, purpose__in=["teaching", "welcome", "final"]),
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("The edition already has a session at that time."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="a_session_changes_state_by_the_rules",
                field="state",
                table=SESSION_PASSAGES,
                message=_("A session cannot pass from this state to that one."),
            ),
            Guard(
                name="a_session_lies_within_its_edition",
                message=_("The session falls outside the edition's dates."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("starts_at", "ends_at", "cohort_id", "state"),
                when=pgtrigger.After,
                func="""
                    IF NEW.live AND NOT EXISTS (
                        SELECT 1 FROM courses_cohort c WHERE c.id = NEW.cohort_id
                        AND (NEW.starts_at AT TIME ZONE 'Europe/Rome')::date >= c.starts_on
                        AND (NEW.ends_at AT TIME ZONE 'Europe/Rome')::date <= c.ends_on
                        FOR NO KEY UPDATE
                    ) THEN {refuse} END IF;
                    RETURN NULL;
                """,
            ),
            Guard(
                name="a_session_teaches_its_editions_programme",
                message=_("The module belongs to another programme than the edition's."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("module_id", "cohort_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_module m JOIN courses_block b ON b.id = m.block_id
                        JOIN courses_cohort c ON c.programme_id = b.programme_id
                        WHERE m.id = NEW.module_id AND c.id = NEW.cohort_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="count_the_revision",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "((OLD.starts_at, OLD.ends_at, OLD.mode, OLD.state)"
                    " IS DISTINCT FROM (NEW.starts_at, NEW.ends_at, NEW.mode, NEW.state))"
                ),
                func="""
                    NEW.revision := GREATEST(NEW.revision, OLD.revision + 1);
                    IF NEW.changed_at = OLD.changed_at THEN NEW.changed_at := now(); END IF;
                    IF NEW.starts_at <> OLD.starts_at THEN
                        IF OLD.previous_starts_at IS NULL
                           OR NEW.changed_at > OLD.changed_at + interval '10 minutes' THEN
                            NEW.previous_starts_at := OLD.starts_at;
                        END IF;
                        NEW.previous_starts_at := NULLIF(NEW.previous_starts_at, NEW.starts_at);
                    END IF;
                    RETURN NEW;
                """,
            ),
            new_timetable_version("count_the_timetable_version", "the_row.cohort_id"),
        ]

    def __str__(self) -> str:
        return f"{self.module.code} {localtime(self.starts_at):%d/%m/%Y %H:%M}"

    @property
    def title(self) -> str:
        """In the reader's language: see `title_of`."""
        return title_of(self.purpose, getattr(self, f"topic_{readers_language()}"), self.module.title)

    @property
    def minutes(self) -> int:
        """Planned length, on instants: right across the change of the clocks."""
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def moved(self) -> bool:
        """It takes place, at another time than once told."""
        return self.previous_starts_at is not None and not self.cancelled


class SessionPlace(models.Model):
    """A room of a session, or its remote link. Parallel groups and hubs are several rooms."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="places", verbose_name=_("session"))
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="bookings", verbose_name=_("room")
    )
    link = models.URLField(_("link"), blank=True, help_text=_("Only for remote: the address of the call."))
    during = DateTimeRangeField(editable=False, blank=True)
    live = models.BooleanField(editable=False, blank=True)

    class Meta:
        verbose_name = _("place of a session")
        verbose_name_plural = _("places of a session")
        constraints = [
            models.CheckConstraint(
                name="a_place_is_a_room_or_a_link",
                condition=Q(room__isnull=False, link="") | (Q(room__isnull=True) & ~Q(link="")),
                violation_error_message=_("Give a room or a link, not both."),
            ),
            models.UniqueConstraint(
                name="a_session_has_a_room_once",
                fields=["session", "room"],
                violation_error_message=_("The session already has this room."),
            ),
            models.UniqueConstraint(
                name="a_session_has_one_link",
                fields=["session"],
                condition=Q(room__isnull=True),
                violation_error_message=_("The session already has a link."),
            ),
            OF_THE_SESSION.key(
                name="a_place_has_the_time_of_its_session",
                violation_error_message=_("A place has the time of its session."),
            ),
            ExclusionConstraint(
                name="no_room_in_two_sessions_at_once",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(live=True, room__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("The room is taken at that time."),
            ),
        ]
        triggers = [
            OF_THE_SESSION.filled_in("take_time_from_session"),
            new_timetable_version(
                "count_the_timetable_version",
                "SELECT cohort_id FROM courses_session WHERE id = the_row.session_id",
            ),
        ]

    def __str__(self) -> str:
        return str(self.room) if self.room_id else str(_("remote"))


class SessionTeacher(models.Model):
    """Who teaches a session, for how many minutes.

    `minutes` are the minutes taught, for pay; `share` are this person's minutes of the session for
    the 48/52, and the shares of a session make up its length. `kind` is a snapshot.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="teachers", verbose_name=_("session"))
    instructor = models.ForeignKey(
        Instructor, models.PROTECT, related_name="teaching", verbose_name=_("instructor")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TeachingKind)
    minutes = models.PositiveSmallIntegerField(_("minutes taught"))
    share = models.PositiveSmallIntegerField(_("minutes of the session"))
    during = DateTimeRangeField(editable=False, blank=True)
    live = models.BooleanField(editable=False, blank=True)

    class Meta:
        verbose_name = _("teaching")
        verbose_name_plural = _("teaching")
        constraints = [
            models.UniqueConstraint(
                name="a_session_has_an_instructor_once",
                fields=["session", "instructor"],
                violation_error_message=_("The session already has this instructor."),
            ),
            known_values("teaching_is_academic_or_company", "kind", TeachingKind),
            models.CheckConstraint(
                name="a_share_is_part_of_what_is_taught",
                condition=Q(share__lte=F("minutes")),
                violation_error_message=_("The share cannot exceed the minutes taught."),
            ),
            OF_THE_SESSION.key(
                name="a_teacher_has_the_time_of_the_session",
                violation_error_message=_("Teaching has the time of its session."),
            ),
            ExclusionConstraint(
                name="no_instructor_in_two_sessions_at_once",
                expressions=[("instructor", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(live=True),
                deferrable=Deferrable.IMMEDIATE,
                violation_error_message=_("The instructor teaches another session at that time."),
            ),
        ]
        triggers = [
            OF_THE_SESSION.filled_in("take_time_from_session"),
            Guard(
                name="shares_make_up_the_session",
                message=_(
                    "The instructors' shares must make up the length of the session, "
                    "and nobody teaches longer than it lasts."
                ),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                declare=[("the_row", "record")],
                func="""
                    IF TG_OP = 'DELETE' THEN the_row := OLD; ELSE the_row := NEW; END IF;
                    IF EXISTS (
                        SELECT 1 FROM courses_session s JOIN courses_sessionteacher t ON t.session_id = s.id
                        WHERE s.id = the_row.session_id GROUP BY s.id
                        HAVING sum(t.share) * 60 <> extract(epoch FROM s.ends_at - s.starts_at)
                            OR max(t.minutes) * 60 > extract(epoch FROM s.ends_at - s.starts_at)
                    ) THEN {refuse} END IF;
                    RETURN NULL;
                """,
            ),
            new_timetable_version(
                "count_the_timetable_version",
                "SELECT cohort_id FROM courses_session WHERE id = the_row.session_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instructor}, {self.get_kind_display()}"


class Substitution(models.Model):
    """Another instructor takes a session over; `out` or `into` is None where nobody left or came."""

    session = models.ForeignKey(
        Session, models.PROTECT, related_name="substitutions", verbose_name=_("session")
    )
    out = models.ForeignKey(
        Instructor, models.PROTECT, null=True, related_name="+", verbose_name=_("no longer teaches")
    )
    into = models.ForeignKey(
        Instructor, models.PROTECT, null=True, related_name="+", verbose_name=_("teaches instead")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="a_substitution_changes_somebody",
                condition=Q(out__isnull=False, into__isnull=True)
                | Q(out__isnull=True, into__isnull=False)
                | (Q(out__isnull=False, into__isnull=False) & ~Q(out=F("into"))),
                violation_error_message=_("A substitution takes one instructor away and brings another."),
            ),
        ]
        triggers = [append_only(name="a_substitution_stays_recorded")]

    def __str__(self) -> str:
        return f"{self.session}: {self.out or '–'} → {self.into or '–'}"
