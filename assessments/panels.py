"""How far the panels of an edition have come, and what their readings say; nobody's levels too early."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.db import models
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from assessments.access import projects_followed_by
from assessments.models import (
    CriterionJudgement,
    PanelJudgement,
    PanelSeat,
    ProjectOutcome,
    ProjectWork,
    RubricCriterion,
    Side,
)
from assessments.rubric import Code, Reading, Verdict, Word, missing, shifted, verdict
from courses.models import Cohort
from courses.reasons import Reason

SENTENCES = {
    Code.RUBRIC: _("It has no rubric."),
    Code.ACADEMIC: _("The academic assessor has not judged yet."),
    Code.COMPANY: _("The company assessor has not judged yet."),
    Code.THIRD: ngettext_lazy(
        "The two readings differ too much on %(number)d criterion: a third is needed.",
        "The two readings differ too much on %(number)d criteria: a third is needed.",
        "number",
    ),
    Code.WORDS: _("The judgement is not written yet."),
}


@dataclass(frozen=True)
class Panel:
    """A project as its panel sees it: who sits on it, what is given, and what is still owed."""

    project: ProjectWork
    seats: list[PanelSeat]
    readings: Mapping[str, Reading]
    missing: list[Reason]

    @property
    def complete(self) -> bool:
        """All readings that are needed are there."""
        return not any(reason.code != Code.WORDS for reason in self.missing)

    @property
    def third_needed(self) -> bool:
        """Both have judged, and too differently."""
        return any(reason.code == Code.THIRD for reason in self.missing)

    @property
    def verdict(self) -> Verdict | None:
        """What the readings say together, once all that are needed are there."""
        if not self.complete:
            return None
        criteria = self.project.rubric.criteria.all() if self.project.rubric else ()
        return verdict(self.readings.values(), {one.pk: one.weight for one in criteria})

    @property
    def sentences(self) -> list[str]:
        """What is owed, in words."""
        return [sentence_of(reason) for reason in self.missing]


def sentence_of(reason: Reason) -> str:
    """What is missing, in the reader's language."""
    return str(SENTENCES[Code(reason.code)] % reason.facts if reason.facts else SENTENCES[Code(reason.code)])


def with_panels(projects):
    """`projects` with all that `panel_of` needs: six queries more, however many there are."""
    judgements = PanelJudgement.objects.prefetch_related("criteria")
    seats = PanelSeat.objects.select_related("role__user", "role__organisation").prefetch_related(
        Prefetch("judgement", judgements)
    )
    criteria = RubricCriterion.objects.prefetch_related("levels")
    return projects.select_related("team__cohort", "sponsor", "rubric", "outcome").prefetch_related(
        Prefetch("panel", seats), Prefetch("rubric__criteria", criteria)
    )


def panel_of(project: ProjectWork) -> Panel:
    """Of a project that came `with_panels`, or at the price of some queries."""
    seats = list(project.panel.all())
    given = {
        seat.side: {one.criterion_id: one.level or 0 for one in judgement.criteria.all()}
        for seat in seats
        if (judgement := judgement_of(seat)) and judgement.given
    }
    owed = [Reason(Code.RUBRIC)] if project.rubric is None else missing(given, project.rubric.limit)
    if not hasattr(project, "outcome"):
        owed.append(Reason(Code.WORDS))
    return Panel(project, seats, given, owed)


def judgement_of(seat: PanelSeat) -> PanelJudgement | None:
    """Begun or given; None where nothing is written."""
    return getattr(seat, "judgement", None)


def panels_of(cohort: Cohort) -> list[Panel]:
    """All of an edition, by team."""
    projects: Iterable[ProjectWork] = with_panels(ProjectWork.objects.filter(team__cohort=cohort))
    return [panel_of(project) for project in projects]


class Stage(models.TextChoices):
    """Where an assessor stands with a project."""

    TO_DO = "to_do", _("to judge")
    DRAFT = "draft", _("your draft")
    NOT_YET = "not_yet", _("not needed so far")
    WAITING = "waiting", _("waiting for the other assessor")
    GIVEN = "given", _("judged")


ASK_FOR_WORK = (Stage.DRAFT, Stage.TO_DO)
VERBS = {Stage.TO_DO: _("Judge"), Stage.DRAFT: _("Go on judging")}


@dataclass(frozen=True)
class Line:
    """A project in somebody's list: as an assessor with a stage, or as a mentor or the office without."""

    project: ProjectWork
    stage: Stage | None

    @property
    def verb(self) -> str:
        """What the link to this person's own judgement says."""
        return str(VERBS.get(self.stage, _("Open")) if self.stage else "")

    @property
    def order(self) -> tuple[int, int]:
        """What waits first, then by team: nothing in it depends on anybody's levels."""
        return (0 if self.stage in ASK_FOR_WORK else 1), self.project.team.number


def work_of(user) -> list[tuple[Cohort, list[Line]]]:
    """The projects `user` judges or accompanies, for the office all, by edition, the latest first."""
    found: dict[Cohort, list[Line]] = {}
    projects = with_panels(projects_followed_by(user)).order_by("-team__cohort__starts_on", "team__number")
    for project in projects:
        found.setdefault(project.team.cohort, []).append(Line(project, stage_of(project, user)))
    return [(cohort, sorted(lines, key=lambda line: line.order)) for cohort, lines in found.items()]


def stage_of(project: ProjectWork, user) -> Stage | None:
    """Of `user`'s own reading; who has judged learns that the other has not."""
    panel = panel_of(project)
    mine = next((seat for seat in panel.seats if seat.role.user_id == user.pk), None)
    if mine is None:
        return None
    judgement = judgement_of(mine)
    if judgement is None:
        third = mine.side == Side.THIRD and not panel.third_needed
        return Stage.NOT_YET if third else Stage.TO_DO
    if not judgement.given:
        return Stage.DRAFT
    both = {Side.ACADEMIC, Side.COMPANY} <= panel.readings.keys()
    return Stage.GIVEN if both else Stage.WAITING


def judgements_to_give(user) -> int:
    """How many projects wait for `user`'s judgement."""
    return sum(line.stage in ASK_FOR_WORK for _cohort, lines in work_of(user) for line in lines)


@dataclass(frozen=True)
class Table:
    """Criteria by readings, of those somebody may see."""

    judgements: list[PanelJudgement]
    rows: list[tuple[RubricCriterion, list[tuple[PanelJudgement, CriterionJudgement]]]]


def readings_table(judgements, project: ProjectWork, criteria: Iterable[RubricCriterion]) -> Table:
    """What `judgements` say of a project once they are given."""
    found = list(
        judgements.given()
        .filter(seat__project=project)
        .select_related("seat__role__user")
        .prefetch_related("criteria")
        .order_by("seat__side")
    )
    said = {(one.pk, row.criterion_id): row for one in found for row in one.criteria.all()}
    return Table(found, [(each, [(one, said[one.pk, each.pk]) for one in found]) for each in criteria])


@dataclass(frozen=True)
class Finding:
    """Of one criterion: its level as text, and the words of the panel, unnamed."""

    criterion: RubricCriterion
    level: Decimal
    text: str
    words: list[str]


@dataclass(frozen=True)
class Published:
    """What one of a team reads of its judgement; `own` is theirs, with why it differs, if it does."""

    outcome: ProjectOutcome
    said: list[Finding]
    remarks: list[str]
    own: str
    reason: str


def published_of(project: ProjectWork, enrollment: int) -> Published | None:
    """For one member of the team, once it is published; before, nothing."""
    outcome = getattr(project, "outcome", None)
    if outcome is None or not outcome.published:
        return None
    panel = panel_of(with_panels(ProjectWork.objects).get(pk=project.pk))
    levels = panel.verdict.levels if panel.verdict else {}
    criteria = panel.project.rubric.criteria.all() if panel.project.rubric else ()
    table = readings_table(PanelJudgement.objects, project, criteria)
    adjustment = outcome.adjustments.filter(enrollment=enrollment).first()
    word = shifted(Word(outcome.word), adjustment.step if adjustment else 0)
    return Published(
        outcome,
        [
            Finding(
                each,
                decimal_of(levels[each.pk]),
                text_of(each, levels[each.pk]),
                [row.words for _by, row in rows],
            )
            for each, rows in table.rows
        ],
        [one.words for one in table.judgements if one.words],
        str(ProjectOutcome.Word(word.value).label) if word else "",
        adjustment.reason if adjustment else "",
    )


def decimal_of(level: Fraction) -> Decimal:
    """As it is shown and stored: with two decimals at most, 4 as 4 and 3.5 as 3.5."""
    exact = Decimal(level.numerator) / level.denominator
    rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if level.denominator == 1 else rounded.normalize()


def text_of(criterion: RubricCriterion, level: Fraction) -> str:
    """What the level looks like; between two levels, nothing is described."""
    found = {one.value: one.text for one in criterion.levels.all()}
    return found.get(int(level), "") if level.denominator == 1 else ""
