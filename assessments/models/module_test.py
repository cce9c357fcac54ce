"""Tests of modules and their scores: the current value, and a ledger that forgets nothing."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from assessments.marking import PASS, Result
from assessments.marking import Outcome as Marked
from courses.models import Cohort, Module, Session
from courses.models.invariants import CompositeForeignKey, CopiedFacts, Guard, append_only, known_values
from enrollment.models import Enrollment

FULL_MARKS = 30
OF_THE_TEST = CopiedFacts("test", "assessments_moduletest", ("cohort_id",))


class Outcome(models.TextChoices):
    """What came of an attempt."""

    MARK = "mark", _("mark")
    ABSENT = "absent", _("absent")
    EXCUSED = "excused", _("excused")


class ModuleTestQuerySet(models.QuerySet):
    """The vocabulary of tests."""

    def of(self, instructor):
        """Those whose module `instructor` teaches in that edition, cancelled sessions apart."""
        return self.filter(
            models.Exists(
                Session.objects.live()
                .of(instructor)
                .filter(cohort=models.OuterRef("cohort"), module=models.OuterRef("module"))
            )
        )

    def held(self, at):
        """The session with the test is over."""
        return self.filter(session__ends_at__lte=at, session__live=True)

    def unpublished(self):
        """Scores not yet shown to participants."""
        return self.filter(published_at__isnull=True)


class ModuleTest(models.Model):
    """The test of a module in an edition, sat in the module's last session. Scale 0–30, pass 18."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="tests", verbose_name=_("edition"))
    module = models.ForeignKey(Module, models.PROTECT, related_name="tests", verbose_name=_("module"))
    session = models.ForeignKey(
        Session, models.PROTECT, related_name="tests", verbose_name=_("session with the test")
    )
    published_at = models.DateTimeField(_("scores published"), null=True, blank=True, editable=False)

    objects = ModuleTestQuerySet.as_manager()

    class Meta:
        verbose_name = _("module test")
        verbose_name_plural = _("module tests")
        ordering = ["session__starts_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_test_per_module_and_edition",
                fields=["cohort", "module"],
                violation_error_message=_("The module already has its test in this edition."),
            ),
            models.UniqueConstraint(name="a_test_with_its_edition", fields=["id", "cohort"]),
            CompositeForeignKey(
                name="a_test_is_sat_in_a_session_of_its_module",
                fields=["session", "cohort", "module"],
                to="courses_session",
                to_fields=["id", "cohort_id", "module_id"],
                violation_error_message=_("A test is sat in a session of its own module and edition."),
            ),
        ]
        triggers = [
            Guard(
                name="only_modules_with_a_test_have_one",
                message=_("This module has no test."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("module_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT (SELECT has_test FROM courses_module WHERE id = NEW.module_id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module.code} – {self.cohort}"


def result_is_sound(prefix: str) -> list[models.BaseConstraint]:
    """A value exactly where the outcome is a mark, within the scale, honours only with full marks.

    Written two-sided and null-safe: `CHECK (value <= 30)` alone would let NULL pass.
    """
    return [
        known_values(f"{prefix}_has_a_known_outcome", "outcome", Outcome),
        models.CheckConstraint(
            name=f"{prefix}_has_a_value_exactly_for_a_mark",
            condition=Q(outcome="mark", value__isnull=False) | (~Q(outcome="mark") & Q(value__isnull=True)),
            violation_error_message=_("A mark has a value; absent and excused have none."),
        ),
        models.CheckConstraint(
            name=f"{prefix}_lies_within_the_scale",
            condition=Q(value__isnull=True) | Q(value__gte=0, value__lte=FULL_MARKS),
            violation_error_message=_("A mark is a whole number from 0 to 30."),
        ),
        models.CheckConstraint(
            name=f"{prefix}_has_honours_only_with_full_marks",
            condition=Q(honours=False) | Q(value__isnull=False, value=FULL_MARKS),
            violation_error_message=_("Honours go only with 30."),
        ),
        models.CheckConstraint(
            name=f"{prefix}_is_of_the_first_or_second_attempt",
            condition=Q(attempt__gte=1, attempt__lte=2),
            violation_error_message=_("There is one attempt and one retake."),
        ),
    ]


class ScoreQuerySet(models.QuerySet):
    """The vocabulary of scores."""

    def published(self):
        """Shown to the participant."""
        return self.filter(published_at__isnull=False)

    def unpublished(self):
        """Drafts."""
        return self.filter(published_at__isnull=True)

    def not_passed(self):
        """Below the pass mark, absent or excused."""
        return self.filter(Q(value__isnull=True) | Q(value__lt=PASS))


class Score(models.Model):
    """What a participant has in a test now. Each change also lands in the ledger, by a trigger.

    Who and why reach the trigger as `smtc.actor` and `smtc.reason` (see `assessments/actions`).
    Participants see a score once `published_at` is set.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="scores", verbose_name=_("participant")
    )
    test = models.ForeignKey(ModuleTest, models.PROTECT, related_name="scores", verbose_name=_("test"))
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="+", editable=False, blank=True, verbose_name=_("edition")
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    value = models.PositiveSmallIntegerField(_("mark"), null=True, blank=True)
    honours = models.BooleanField(_("with honours"), default=False, db_default=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["test", "enrollment", "attempt"]
        constraints = [
            models.UniqueConstraint(
                name="one_score_per_participant_test_and_attempt",
                fields=["enrollment", "test", "attempt"],
                violation_error_message=_("This attempt already has its score."),
            ),
            *result_is_sound("a_score"),
            CompositeForeignKey(
                name="a_score_belongs_to_a_participant_of_the_edition",
                fields=["enrollment", "cohort"],
                to="enrollment_enrollment",
                to_fields=["id", "cohort_id"],
                violation_error_message=_("This person does not follow the edition of the test."),
            ),
            OF_THE_TEST.key(
                name="a_score_belongs_to_a_test_of_the_edition",
                violation_error_message=_("The test belongs to another edition."),
            ),
        ]
        triggers = [
            OF_THE_TEST.filled_in("take_edition_from_test"),
            Guard(
                name="a_score_stays_with_its_participant_and_test",
                message=_("A score stays with its participant, its test and its attempt."),
                operation=pgtrigger.UpdateOf("enrollment_id", "test_id", "attempt"),
                when=pgtrigger.Before,
                func="""
                    IF (OLD.enrollment_id, OLD.test_id, OLD.attempt)
                        <> (NEW.enrollment_id, NEW.test_id, NEW.attempt) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_published_score_changes_only_with_a_reason",
                message=_("This score is published: it changes only with a reason, and is never deleted."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF OLD.published_at IS NOT NULL AND (
                        TG_OP = 'DELETE' OR (
                            (OLD.outcome, OLD.value, OLD.honours, OLD.published_at)
                            IS DISTINCT FROM (NEW.outcome, NEW.value, NEW.honours, NEW.published_at)
                            AND coalesce(current_setting('smtc.reason', true), '') = ''
                        )
                    ) THEN {refuse} END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="write_the_ledger",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                declare=[("the_row", "record")],
                func="""
                    IF TG_OP = 'UPDATE' AND (OLD.outcome, OLD.value, OLD.honours, OLD.published_at)
                        IS NOT DISTINCT FROM (NEW.outcome, NEW.value, NEW.honours, NEW.published_at)
                    THEN RETURN NULL; END IF;
                    IF TG_OP = 'DELETE' THEN the_row := OLD; ELSE the_row := NEW; END IF;
                    INSERT INTO assessments_scoreentry (
                        enrollment_id, test_id, attempt, change,
                        outcome, value, honours, old_outcome, old_value, old_honours,
                        published, by_id, at, reason
                    ) VALUES (
                        the_row.enrollment_id, the_row.test_id, the_row.attempt, lower(TG_OP),
                        the_row.outcome, the_row.value, the_row.honours,
                        CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.outcome END,
                        CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.value END,
                        CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.honours END,
                        the_row.published_at IS NOT NULL,
                        nullif(current_setting('smtc.actor', true), '')::bigint,
                        coalesce(nullif(current_setting('smtc.at', true), '')::timestamptz,
                                 clock_timestamp()),
                        coalesce(current_setting('smtc.reason', true), '')
                    );
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.test}"

    @property
    def result(self) -> Result:
        """Outcome, mark and honours as one value."""
        return Result(Marked(self.outcome), self.value, self.honours)


# Of an update: both values are there, or an outcome differs.
CHANGED = (
    ~Q(old_outcome=models.F("outcome"))
    | ~Q(old_honours=models.F("honours"))
    | Q(old_value__lt=models.F("value"))
    | Q(old_value__gt=models.F("value"))
)


class ScoreEntryQuerySet(models.QuerySet):
    """The vocabulary of the ledger."""

    def publications(self):
        """Lines that only made a score visible."""
        return self.filter(~CHANGED, change=ScoreEntry.Change.UPDATE)

    def changes(self):
        """Lines that entered, changed or cleared a result."""
        return self.filter(CHANGED | ~Q(change=ScoreEntry.Change.UPDATE))


class ScoreEntry(models.Model):
    """A line of the ledger: who changed which score when, from what to what, and why.

    Written by the database for every change of a score, from whichever side it came, and never
    changed afterwards. `by` is empty when somebody wrote SQL by hand.
    """

    class Change(models.TextChoices):
        INSERT = "insert", _("entered")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("cleared")

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="score_entries", verbose_name=_("participant")
    )
    test = models.ForeignKey(ModuleTest, models.PROTECT, related_name="entries", verbose_name=_("test"))
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    change = models.CharField(_("change"), max_length=6, choices=Change)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    value = models.PositiveSmallIntegerField(_("mark"), null=True)
    honours = models.BooleanField(_("with honours"))
    old_outcome = models.CharField(_("outcome before"), max_length=8, choices=Outcome, null=True)
    old_value = models.PositiveSmallIntegerField(_("mark before"), null=True)
    old_honours = models.BooleanField(_("with honours before"), null=True)
    published = models.BooleanField(_("visible to the participant"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), blank=True)

    objects = ScoreEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the score ledger")
        verbose_name_plural = _("score ledger")
        ordering = ["-at", "-id"]
        indexes = [models.Index(name="ledger_of_a_test", fields=["test", "enrollment", "at"])]
        constraints = result_is_sound("an_entry")
        triggers = [append_only(name="the_score_ledger_is_append_only")]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.test} – {localtime(self.at):%d/%m/%Y %H:%M}"

    @property
    def before(self) -> Result | None:
        """The result that was replaced or cleared."""
        if self.old_outcome is None:
            return None
        return Result(Marked(self.old_outcome), self.old_value, bool(self.old_honours))

    @property
    def after(self) -> Result | None:
        """The result from then on, None when it was cleared."""
        if self.change == self.Change.DELETE:
            return None
        return Result(Marked(self.outcome), self.value, self.honours)
