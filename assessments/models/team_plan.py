"""Teams of an edition in the making: what was asked, what was found, and whether it was taken over."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.states import TEAM_PLAN_PASSAGES
from courses.models import Cohort
from courses.models.invariants import Guard, known_values, only_these_passages
from enrollment.teams.problem import LARGEST, SMALLEST

MOST_TRIES = 3
ASKED = ("cohort_id", "by_id", "at", "aim", "starts_on", "smallest", "largest", "wishes", "seed")
FOUND = ("inputs", "result", "seconds")


def differ(columns: tuple[str, ...]) -> str:
    """SQL: whether an update changes any of these columns."""
    before, after = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"({before}) IS DISTINCT FROM ({after})"


class TeamPlanState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("teams", "waiting")
    RUNNING = "running", pgettext_lazy("teams", "being formed")
    DONE = "done", pgettext_lazy("teams", "ready")
    TAKEN = "taken", pgettext_lazy("teams", "taken over")
    FAILED = "failed", pgettext_lazy("teams", "failed")


class TeamAim(models.TextChoices):
    ANEW = "anew", pgettext_lazy("teams", "as mixed as can be")
    MEND = "mend", pgettext_lazy("teams", "with as few changes as possible")


class TeamPlan(models.Model):
    """Teams asked for from `starts_on` on; `wishes` as `assessments.wishes` writes them.

    `inputs` is the fingerprint of the problem, so that what was found for other inputs is known as old.
    `begun_at` and `tries` tell a lost worker from one at work, and a lost one that comes back from its
    successor.
    """

    State = TeamPlanState
    Aim = TeamAim

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="team_plans", verbose_name=_("edition"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("asked by")
    )
    at = models.DateTimeField(_("asked"))
    aim = models.CharField(_("what is sought"), max_length=4, choices=TeamAim, default=TeamAim.ANEW)
    starts_on = models.DateField(_("from"))
    smallest = models.PositiveSmallIntegerField(_("smallest team"), default=SMALLEST)
    largest = models.PositiveSmallIntegerField(_("largest team"), default=LARGEST)
    wishes = models.JSONField(_("wishes"), default=dict)
    seed = models.PositiveIntegerField(_("seed"), default=0)
    state = models.CharField(_("state"), max_length=7, choices=TeamPlanState, default=TeamPlanState.WAITING)
    begun_at = models.DateTimeField(_("begun"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    inputs = models.CharField(max_length=64, blank=True)
    result = models.JSONField(_("result"), encoder=DjangoJSONEncoder, null=True)
    seconds = models.FloatField(_("seconds"), null=True)

    class Meta:
        verbose_name = _("plan of teams")
        verbose_name_plural = _("plans of teams")
        ordering = ["-at", "-pk"]
        constraints = [
            known_values("a_team_plan_has_a_known_state", "state", TeamPlanState),
            known_values("a_team_plan_seeks_something_known", "aim", TeamAim),
            models.UniqueConstraint(
                name="an_edition_has_one_team_plan_at_work",
                fields=["cohort"],
                condition=Q(state__in=["running", "waiting"]),
                violation_error_message=_("Teams of this edition are already being formed."),
            ),
            models.CheckConstraint(
                name="teams_have_a_smallest_and_a_largest_size",
                condition=Q(smallest__gte=2, largest__gte=F("smallest"), largest__lte=10),
                violation_error_message=_(
                    "A team has from 2 to 10 people, the largest no fewer than the smallest."
                ),
            ),
            models.CheckConstraint(
                name="a_team_plan_that_is_done_has_its_result",
                condition=~Q(state__in=["done", "taken"])
                | Q(result__isnull=False, seconds__isnull=False) & ~Q(inputs=""),
                violation_error_message=_(
                    "A plan of teams that is done has its result and what it rests on."
                ),
            ),
            models.CheckConstraint(
                name="a_team_plan_at_work_has_its_beginning",
                condition=~Q(state="running") | Q(begun_at__isnull=False, tries__gte=1),
                violation_error_message=_("A plan of teams at work has its beginning."),
            ),
            models.CheckConstraint(
                name="a_team_plan_is_tried_three_times_at_most",
                condition=Q(tries__lte=MOST_TRIES),
                violation_error_message=_("A plan of teams is tried three times at most."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="a_team_plan_changes_state_by_the_rules",
                field="state",
                table=TEAM_PLAN_PASSAGES,
                message=_("A plan of teams that has ended stays so."),
            ),
            Guard(
                name="a_team_plan_keeps_what_was_asked",
                message=_("What was asked stays as it is: ask for other teams."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"IF {differ(ASKED)} THEN {{refuse}} END IF; RETURN NEW;",
            ),
            Guard(
                name="a_team_plan_keeps_what_was_found",
                message=_("What was found stays as it is: ask for other teams."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"IF OLD.state IN ('done', 'taken', 'failed') AND {differ(FOUND)} "
                "THEN {refuse} END IF; RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort}, {localtime(self.at):%d/%m/%Y %H:%M}"

    @property
    def under_way(self) -> bool:
        """Whether something is still to come of it."""
        return self.state in (self.State.WAITING, self.State.RUNNING)
