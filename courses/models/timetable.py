"""A timetable in the making, its releases, and what was permitted on the way."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.drafts import Level
from courses.states import DRAFT_PASSAGES, RUN_PASSAGES

from .cohort import Cohort
from .instructor import Instructor, TeachingKind
from .invariants import Guard, append_only, known_values, only_these_passages
from .place import Room
from .programme import Module
from .session import LONGEST, Session, SessionMode, SessionPurpose, WholeMinute
from .wording import in_readers_language


class DraftState(models.TextChoices):
    OPEN = "open", pgettext_lazy("draft", "open")
    RELEASED = "released", _("released")
    DROPPED = "dropped", _("dropped")


class TimetableDraft(models.Model):
    """A timetable in the making, beside the released one: nobody but the office sees it.

    `base` is the released timetable it was made from, as `courses.changes` writes one: whatever was
    released otherwise meanwhile is found by comparing.
    """

    State = DraftState

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="drafts", verbose_name=_("edition"))
    state = models.CharField(_("state"), max_length=8, choices=DraftState, default=DraftState.OPEN)
    base = models.JSONField(default=list, encoder=DjangoJSONEncoder, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("opened by"),
    )
    opened_at = models.DateTimeField(_("opened"), editable=False)
    closed_at = models.DateTimeField(_("released or dropped"), null=True, editable=False)

    class Meta:
        verbose_name = _("draft of a timetable")
        verbose_name_plural = _("drafts of timetables")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            known_values("a_draft_has_a_known_state", "state", DraftState),
            models.UniqueConstraint(
                name="an_edition_has_one_open_draft",
                fields=["cohort"],
                condition=Q(state="open"),
                violation_error_message=_("The edition already has an open draft."),
            ),
            models.CheckConstraint(
                name="a_closed_draft_has_its_moment",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                violation_error_message=_("A closed draft has its moment, an open one has none."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="a_draft_changes_state_by_the_rules",
                field="state",
                table=DRAFT_PASSAGES,
                message=_("A draft released or dropped stays so."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort}, {localtime(self.opened_at):%d/%m/%Y %H:%M}"

    @property
    def open(self) -> bool:
        return self.state == self.State.OPEN


class DraftSession(models.Model):
    """A session as the draft has it: a new one, or what becomes of the released `session`.

    `kind` "" is each instructor's own. A `pinned` one stays where it is when the rest is planned anew.
    """

    draft = models.ForeignKey(
        TimetableDraft, models.PROTECT, related_name="sessions", verbose_name=_("draft")
    )
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, related_name="drafted", editable=False, verbose_name=_("session")
    )
    module = models.ForeignKey(Module, models.PROTECT, related_name="+", verbose_name=_("module"))
    purpose = models.CharField(
        _("purpose"), max_length=12, choices=SessionPurpose, default=SessionPurpose.TEACHING
    )
    mode = models.CharField(_("mode"), max_length=10, choices=SessionMode)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    topic_it = models.CharField(_("topic in Italian"), max_length=200, blank=True)
    topic_en = models.CharField(_("topic in English"), max_length=200, blank=True)
    rooms = models.ManyToManyField(Room, related_name="+", blank=True, verbose_name=_("rooms"))
    link = models.URLField(_("link"), blank=True)
    instructors = models.ManyToManyField(
        Instructor, related_name="+", blank=True, verbose_name=_("instructors")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TeachingKind, blank=True)
    parallel = models.BooleanField(_("parallel groups"), default=False)
    pinned = models.BooleanField(
        _("pinned"), default=False, help_text=_("It stays where it is when the rest is planned anew.")
    )
    cancelled = models.BooleanField(_("cancelled"), default=False)

    class Meta:
        verbose_name = _("session of a draft")
        verbose_name_plural = _("sessions of a draft")
        ordering = ["starts_at", "pk"]
        constraints = [
            known_values("a_drafted_session_has_a_known_purpose", "purpose", SessionPurpose),
            known_values("a_drafted_session_has_a_known_mode", "mode", SessionMode),
            known_values("a_drafted_session_has_a_known_kind", "kind", TeachingKind, ""),
            models.CheckConstraint(
                name="a_drafted_session_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST),
                violation_error_message=_("A session ends after it begins and lasts at most 12 hours."),
            ),
            models.CheckConstraint(
                name="a_drafted_session_lasts_whole_minutes",
                condition=Q(starts_at=WholeMinute("starts_at"), ends_at=WholeMinute("ends_at")),
                violation_error_message=_("A session begins and ends on a whole minute."),
            ),
            models.UniqueConstraint(
                name="a_draft_has_a_session_once",
                fields=["draft", "session"],
                violation_error_message=_("The draft already has this session."),
            ),
        ]
        triggers = [
            Guard(
                name="a_draft_teaches_its_editions_programme",
                message=_("The module belongs to another programme than the edition's."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("module_id", "draft_id", "session_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM courses_module m JOIN courses_block b ON b.id = m.block_id
                        JOIN courses_cohort c ON c.programme_id = b.programme_id
                        JOIN courses_timetabledraft d ON d.cohort_id = c.id
                        LEFT JOIN courses_session s ON s.id = NEW.session_id
                        WHERE m.id = NEW.module_id AND d.id = NEW.draft_id
                        AND (NEW.session_id IS NULL OR (s.cohort_id = c.id AND s.module_id = m.id))
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="only_an_open_draft_is_changed",
                message=_("The draft has been released or dropped: it can no longer be changed."),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    PERFORM FROM courses_timetabledraft WHERE id IN (OLD.draft_id, NEW.draft_id) FOR SHARE;
                    IF EXISTS (
                        SELECT FROM courses_timetabledraft
                        WHERE id IN (OLD.draft_id, NEW.draft_id) AND state <> 'open'
                    ) THEN {refuse} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module.code} {localtime(self.starts_at):%d/%m/%Y %H:%M}"

    @property
    def title(self) -> str:
        """The topic, or the module's title, in the reader's language."""
        return in_readers_language(self, "topic") or self.module.title

    @property
    def minutes(self) -> int:
        """Length, on instants: right across the change of the clocks."""
        return round((self.ends_at - self.starts_at).total_seconds() / 60)


class TimetableRelease(models.Model):
    """A timetable as it was released, numbered from 1 per edition and frozen.

    `difference` lists what it changed and `snapshot` all that stood after it, as `courses.changes`
    writes them; `added` are the sessions it put on the timetable.
    """

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="releases", verbose_name=_("edition"))
    draft = models.OneToOneField(
        TimetableDraft, models.PROTECT, related_name="release", verbose_name=_("draft")
    )
    number = models.PositiveIntegerField(pgettext_lazy("release", "number"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("released by")
    )
    at = models.DateTimeField(_("released"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    difference = models.JSONField(_("difference"), encoder=DjangoJSONEncoder)
    snapshot = models.JSONField(_("timetable"), encoder=DjangoJSONEncoder)
    added = models.ManyToManyField(Session, related_name="added_by", verbose_name=_("sessions added"))

    class Meta:
        verbose_name = _("release of a timetable")
        verbose_name_plural = _("releases of timetables")
        ordering = ["cohort", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="an_edition_numbers_its_releases_once",
                fields=["cohort", "number"],
                violation_error_message=_("The edition already has a release of this number."),
            ),
        ]
        triggers = [
            append_only(name="a_release_is_frozen"),
            Guard(
                name="a_release_follows_the_last_of_its_edition",
                message=_("A release takes the next number and comes from a draft of its edition."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.number > 1 + (
                        SELECT count(*) FROM courses_timetablerelease WHERE cohort_id = NEW.cohort_id
                    ) OR NEW.number < 1 OR NOT EXISTS (
                        SELECT 1 FROM courses_timetabledraft
                        WHERE id = NEW.draft_id AND cohort_id = NEW.cohort_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return _("%(cohort)s, release %(number)d") % {"cohort": self.cohort, "number": self.number}


class OverrideLevel(models.TextChoices):
    """How heavy what was permitted is, as `courses.drafts` judges."""

    HIGH = Level.HIGH.value, pgettext_lazy("clash", "serious")
    LOW = Level.LOW.value, pgettext_lazy("clash", "slight")


class Override(models.Model):
    """A soft clash somebody permitted, and why.

    It holds for exactly the clash of this `fingerprint`: once a session in it moves, it is judged anew.
    """

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="overrides", verbose_name=_("edition"))
    code = models.CharField(_("what is permitted"), max_length=40)
    fingerprint = models.CharField(max_length=64)
    level = models.CharField(_("level"), max_length=4, choices=OverrideLevel)
    facts = models.JSONField(_("facts"), encoder=DjangoJSONEncoder, default=dict)
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("permitted by")
    )
    at = models.DateTimeField(_("permitted"))

    class Meta:
        verbose_name = _("permitted clash")
        verbose_name_plural = _("permitted clashes")
        ordering = ["-at"]
        constraints = [
            known_values("a_permitted_clash_has_a_known_level", "level", OverrideLevel),
            models.CheckConstraint(
                name="a_permitted_clash_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Give a reason."),
            ),
            models.UniqueConstraint(
                name="a_clash_is_permitted_once",
                fields=["cohort", "fingerprint"],
                violation_error_message=_("This clash is already permitted."),
            ),
        ]
        triggers = [append_only(name="a_permitted_clash_stays_recorded")]

    def __str__(self) -> str:
        return f"{self.cohort}, {self.code}"


class RunState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("planner", "waiting")
    RUNNING = "running", pgettext_lazy("planner", "running")
    DONE = "done", pgettext_lazy("planner", "done")
    TAKEN = "taken", pgettext_lazy("planner", "taken over")
    FAILED = "failed", pgettext_lazy("planner", "failed")


class RunAim(models.TextChoices):
    ANEW = "anew", pgettext_lazy("planner", "the best plan")
    MEND = "mend", pgettext_lazy("planner", "as few changes as possible")


class PlanRun(models.Model):
    """A run of the planner on a draft: asked for, under way, done, and what it found taken over.

    `aim` MEND seeks the plan nearest to the draft; with `substitutes` others may stand in for somebody.
    `inputs` is the fingerprint of the problem, so that a result of other inputs is known as old.
    `score` and `bound` are costs, less is better; `seconds` is the time it took.
    """

    State = RunState
    Aim = RunAim

    draft = models.ForeignKey(TimetableDraft, models.PROTECT, related_name="runs", verbose_name=_("draft"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("asked by")
    )
    at = models.DateTimeField(_("asked"))
    aim = models.CharField(_("what is sought"), max_length=4, choices=RunAim, default=RunAim.ANEW)
    substitutes = models.BooleanField(_("others may stand in"), default=True)
    seed = models.PositiveIntegerField(_("seed"), default=0)
    inputs = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=RunState, default=RunState.WAITING)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    result = models.JSONField(_("result"), encoder=DjangoJSONEncoder, null=True)
    score = models.BigIntegerField(_("score"), null=True)
    bound = models.BigIntegerField(_("lower bound"), null=True)
    seconds = models.FloatField(_("seconds"), null=True)

    class Meta:
        verbose_name = _("run of the planner")
        verbose_name_plural = _("runs of the planner")
        ordering = ["-at", "-pk"]
        constraints = [
            known_values("a_run_has_a_known_state", "state", RunState),
            known_values("a_run_seeks_something_known", "aim", RunAim),
            models.UniqueConstraint(
                name="a_draft_is_planned_by_one_run_at_a_time",
                fields=["draft"],
                condition=Q(state__in=["running", "waiting"]),
                violation_error_message=_("The planner is already at work on this draft."),
            ),
            models.CheckConstraint(
                name="a_run_is_done_to_at_most_a_hundred_percent",
                condition=Q(progress__lte=100),
                violation_error_message=_("Progress is a percentage."),
            ),
            models.CheckConstraint(
                name="a_run_that_is_done_has_its_result",
                condition=~Q(state__in=["done", "taken"]) | Q(result__isnull=False, seconds__isnull=False),
                violation_error_message=_("A run that is done has its result and its time."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="a_run_changes_state_by_the_rules",
                field="state",
                table=RUN_PASSAGES,
                message=_("A run that has ended stays so."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft.cohort}, {localtime(self.at):%d/%m/%Y %H:%M}"
