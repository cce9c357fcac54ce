"""Scores of module tests: the current value, and a ledger that forgets nothing."""

from functools import reduce
from operator import or_

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.marking import RANGES, Result
from assessments.marking import Outcome as Marked
from assessments.marking import Scale as Marks
from courses.models import Cohort
from courses.models.invariants import CompositeForeignKey, CopiedFacts, Guard, append_only, known_values
from enrollment.models import Enrollment

from .module_test import ModuleTest, Scale
from .register import somebody

OF_THE_TEST = CopiedFacts("test", "assessments_moduletest", ("cohort_id", "scale"))
WITHIN_A_SCALE = reduce(or_, (Q(scale=scale, value__lte=marks.highest) for scale, marks in RANGES.items()))
FULL_MARKS = reduce(
    or_, (Q(scale=scale, value=marks.highest) for scale, marks in RANGES.items() if marks.honours)
)
FAILED = reduce(or_, (Q(scale=scale, value__lt=marks.passes) for scale, marks in RANGES.items()))
# The same in SQL, of a first attempt that is published.
PASS_MARK = " ".join(f"WHEN '{scale}' THEN {marks.passes}" for scale, marks in RANGES.items())
TO_BE_RETAKEN = f"""score.attempt = 1 AND score.published_at IS NOT NULL
    AND (score.value IS NULL OR score.value < CASE score.scale {PASS_MARK} END)"""


class Outcome(models.TextChoices):
    """What came of an attempt."""

    MARK = "mark", _("mark")
    ABSENT = "absent", _("absent")
    EXCUSED = "excused", _("excused")


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
            condition=Q(value__isnull=True) | (Q(value__gte=0) & WITHIN_A_SCALE),
            violation_error_message=_("A mark is a whole number within the scale of the test."),
        ),
        models.CheckConstraint(
            name=f"{prefix}_has_honours_only_with_full_marks",
            condition=Q(honours=False) | (Q(value__isnull=False) & FULL_MARKS),
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
        return self.filter(Q(value__isnull=True) | FAILED)

    def unsigned(self):
        """Drafts that are not final."""
        return self.filter(signed_at__isnull=True)


class Score(models.Model):
    """What a participant has in a test now. Each change also lands in the ledger, by a trigger.

    It is a draft until somebody who teaches the module signs it: from then on it is final, and cannot
    change unless it is reopened. Where who signs has a `conflict` of interest with the participant, a
    second person has to sign before it is published. Participants see a score once `published_at` is set.
    Who, why and from which file reach the trigger as `smtc.actor`, `smtc.reason` and `smtc.batch`.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="scores", verbose_name=_("participant")
    )
    test = models.ForeignKey(ModuleTest, models.PROTECT, related_name="scores", verbose_name=_("test"))
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="+", editable=False, blank=True, verbose_name=_("edition")
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    scale = models.CharField(_("marked in"), max_length=9, choices=Scale, editable=False, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    value = models.PositiveSmallIntegerField(_("mark"), null=True, blank=True)
    honours = models.BooleanField(_("with honours"), default=False, db_default=False)
    signed_by = somebody(null=True, verbose_name=_("signed by"))
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)
    conflict = models.BooleanField(_("conflict of interest"), default=False, db_default=False, editable=False)
    second_by = somebody(null=True, verbose_name=_("second signature by"))
    second_at = models.DateTimeField(_("second signature"), null=True, blank=True, editable=False)
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
            models.CheckConstraint(
                name="a_signature_of_a_score_says_who_and_when",
                condition=Q(signed_by=None, signed_at=None)
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                violation_error_message=_("A signature says who signed and when."),
            ),
            models.CheckConstraint(
                name="a_second_signature_is_of_somebody_else_than_the_first",
                condition=Q(second_by=None, second_at=None)
                | (
                    Q(signed_by__isnull=False, second_by__isnull=False, second_at__isnull=False)
                    & ~Q(second_by=F("signed_by"))
                ),
                violation_error_message=_("Somebody else than the first has to give the second signature."),
            ),
            models.CheckConstraint(
                name="a_published_score_is_signed_by_as_many_as_it_needs",
                condition=Q(published_at=None)
                | Q(signed_at__isnull=False, conflict=False)
                | Q(signed_at__isnull=False, second_at__isnull=False),
                violation_error_message=_(
                    "A score is signed before it is published, by two where there is a conflict of interest."
                ),
            ),
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
                name="a_test_is_retaken_only_if_it_may_be",
                message=_("This test is not taken again."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.attempt = 2 AND NOT (
                        SELECT may_be_retaken FROM assessments_moduletest WHERE id = NEW.test_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_final_score_is_reopened_before_it_changes",
                message=_("This score is final: it has to be reopened before it changes."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF OLD.signed_at IS NOT NULL AND OLD.published_at IS NULL AND (
                        TG_OP = 'DELETE' OR (
                            NEW.signed_at IS NOT NULL
                            AND (OLD.outcome, OLD.value, OLD.honours, OLD.signed_by_id, OLD.conflict)
                            IS DISTINCT FROM
                            (NEW.outcome, NEW.value, NEW.honours, NEW.signed_by_id, NEW.conflict)
                        )
                    ) THEN {refuse} END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
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
                            (OLD.outcome, OLD.value, OLD.honours, OLD.published_at, OLD.signed_at,
                             OLD.second_at, OLD.conflict)
                            IS DISTINCT FROM
                            (NEW.outcome, NEW.value, NEW.honours, NEW.published_at, NEW.signed_at,
                             NEW.second_at, NEW.conflict)
                            AND coalesce(current_setting('smtc.reason', true), '') = ''
                        )
                    ) THEN {refuse} END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="invite_to_the_retake",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                declare=[("the_row", "record")],
                func=f"""
                    IF TG_OP = 'DELETE' THEN the_row := OLD; ELSE the_row := NEW; END IF;
                    IF the_row.attempt <> 1 THEN RETURN NULL; END IF;
                    DELETE FROM enrollment_invitation i USING courses_session s, assessments_moduletest t
                    WHERE t.id = the_row.test_id AND s.id = i.session_id
                      AND i.enrollment_id = the_row.enrollment_id AND s.purpose = 'retake'
                      AND s.cohort_id = t.cohort_id AND s.module_id = t.module_id
                      AND (TG_OP = 'DELETE' OR NOT ({TO_BE_RETAKEN.replace("score.", "the_row.")}));
                    IF TG_OP <> 'DELETE' THEN
                        INSERT INTO enrollment_invitation (session_id, enrollment_id)
                        SELECT s.id, the_row.enrollment_id
                        FROM assessments_moduletest t JOIN courses_session s USING (cohort_id, module_id)
                        WHERE t.id = the_row.test_id AND t.may_be_retaken AND s.purpose = 'retake'
                          AND {TO_BE_RETAKEN.replace("score.", "the_row.")}
                        ON CONFLICT DO NOTHING;
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="write_the_ledger",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                declare=[("the_row", "record"), ("the_change", "text")],
                func="""
                    IF TG_OP = 'DELETE' THEN the_row := OLD; ELSE the_row := NEW; END IF;
                    the_change := lower(TG_OP);
                    IF TG_OP = 'UPDATE' AND (OLD.outcome, OLD.value, OLD.honours)
                        IS NOT DISTINCT FROM (NEW.outcome, NEW.value, NEW.honours)
                    THEN
                        the_change := CASE
                            WHEN OLD.published_at IS DISTINCT FROM NEW.published_at THEN
                                CASE WHEN NEW.published_at IS NULL THEN 'hide' ELSE 'publish' END
                            WHEN OLD.signed_at IS NOT NULL AND NEW.signed_at IS NULL THEN 'reopen'
                            WHEN (OLD.signed_by_id, OLD.second_by_id)
                                IS DISTINCT FROM (NEW.signed_by_id, NEW.second_by_id) THEN 'sign'
                        END;
                        IF the_change IS NULL THEN RETURN NULL; END IF;
                    END IF;
                    INSERT INTO assessments_scoreentry (
                        enrollment_id, test_id, attempt, change, scale,
                        outcome, value, honours, old_outcome, old_value, old_honours,
                        published, batch_id, by_id, at, reason
                    ) VALUES (
                        the_row.enrollment_id, the_row.test_id, the_row.attempt, the_change, the_row.scale,
                        the_row.outcome, the_row.value, the_row.honours,
                        CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.outcome END,
                        CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.value END,
                        CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.honours END,
                        the_row.published_at IS NOT NULL,
                        nullif(current_setting('smtc.batch', true), '')::bigint,
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
        return Result(Marked(self.outcome), self.value, self.honours, Marks(self.scale))

    @property
    def waits_for_second(self) -> bool:
        """Final but for the second signature a conflict of interest asks for."""
        return self.conflict and self.signed_at is not None and self.second_at is None


class ScoreBatch(models.Model):
    """A file of scores as it was taken over; undone, each score has again what it had before."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="+", verbose_name=_("edition"))
    test = models.ForeignKey(
        ModuleTest, models.PROTECT, null=True, related_name="batches", verbose_name=_("test")
    )
    name = models.CharField(_("name of the file"), max_length=200)
    digest = models.CharField(_("SHA-256"), max_length=64)
    by = somebody(verbose_name=_("taken over by"))
    at = models.DateTimeField(_("taken over"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True, editable=False)
    undone_by = somebody(null=True, verbose_name=_("undone by"))

    class Meta:
        verbose_name = _("file of scores")
        verbose_name_plural = _("files of scores")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="it_is_known_who_undid_a_file_of_scores",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                violation_error_message=_("An undone file says who undid it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} – {self.test or self.cohort}"


class ScoreChange(models.TextChoices):
    INSERT = "insert", _("entered")
    UPDATE = "update", _("changed")
    DELETE = "delete", _("cleared")
    SIGN = "sign", pgettext_lazy("score", "signed")
    REOPEN = "reopen", pgettext_lazy("score", "reopened")
    PUBLISH = "publish", pgettext_lazy("score", "published")
    HIDE = "hide", pgettext_lazy("score", "hidden")


RESULTS = (ScoreChange.INSERT, ScoreChange.UPDATE, ScoreChange.DELETE)


class ScoreEntryQuerySet(models.QuerySet):
    """The vocabulary of the ledger."""

    def publications(self):
        """Lines that only made a score visible."""
        return self.filter(change=ScoreEntry.Change.PUBLISH)

    def changes(self):
        """Lines that entered, changed or cleared a result."""
        return self.filter(change__in=RESULTS)


class ScoreEntry(models.Model):
    """A line of the ledger: who changed which score when, from what to what, and why.

    Written by the database for every change of a score, from whichever side it came, and never
    changed afterwards. `by` is empty when somebody wrote SQL by hand.
    """

    Change = ScoreChange

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="score_entries", verbose_name=_("participant")
    )
    test = models.ForeignKey(ModuleTest, models.PROTECT, related_name="entries", verbose_name=_("test"))
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    change = models.CharField(_("change"), max_length=7, choices=Change)
    scale = models.CharField(_("marked in"), max_length=9, choices=Scale)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    value = models.PositiveSmallIntegerField(_("mark"), null=True)
    honours = models.BooleanField(_("with honours"))
    old_outcome = models.CharField(_("outcome before"), max_length=8, choices=Outcome, null=True)
    old_value = models.PositiveSmallIntegerField(_("mark before"), null=True)
    old_honours = models.BooleanField(_("with honours before"), null=True)
    published = models.BooleanField(_("visible to the participant"))
    batch = models.ForeignKey(
        ScoreBatch, models.PROTECT, null=True, related_name="entries", verbose_name=_("file")
    )
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
        constraints = [
            known_values("an_entry_is_of_a_known_change", "change", ScoreChange),
            *result_is_sound("an_entry"),
        ]
        triggers = [append_only(name="the_score_ledger_is_append_only")]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.test} – {localtime(self.at):%d/%m/%Y %H:%M}"

    @property
    def before(self) -> Result | None:
        """The result that was replaced or cleared."""
        if self.old_outcome is None:
            return None
        return Result(Marked(self.old_outcome), self.old_value, bool(self.old_honours), Marks(self.scale))

    @property
    def after(self) -> Result | None:
        """The result from then on, None when it was cleared."""
        if self.change == self.Change.DELETE:
            return None
        return Result(Marked(self.outcome), self.value, self.honours, Marks(self.scale))
