"""Rubrics, judgements and their publication. Locks: projects by key, then their rubric, then judgements."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from assessments.models import (
    Adjustment,
    CriterionJudgement,
    PanelJudgement,
    PanelSeat,
    ProjectOutcome,
    ProjectWork,
    Rubric,
    RubricCriterion,
    RubricLevel,
    Side,
)
from assessments.panels import decimal_of, panel_of, panels_of, with_panels
from assessments.rubric import Word, shifted
from courses.actions.ledger import sign
from courses.models import Instructor
from courses.refusals import Refusal
from enrollment.conflicts import same_employer
from enrollment.models import Enrollment, TeamPlace

from .projects import hold

log = logging.getLogger(__name__)


class JudgedMeanwhile(Refusal):
    """The same assessor has saved something else in another window; nothing was written."""


@dataclass(frozen=True)
class Said:
    """Of one criterion: a level, None where there is none yet, and why."""

    level: int | None
    words: str


@transaction.atomic
def new_version(*, rubric: Rubric, by, at: datetime) -> Rubric:
    """The next version, with the same content, which can be changed until it is used."""
    versions = Rubric.objects.filter(code=rubric.code).select_for_update()
    last = max(one.version for one in versions)
    copy = Rubric.objects.create(
        code=rubric.code,
        version=last + 1,
        title_it=rubric.title_it,
        title_en=rubric.title_en,
        limit=rubric.limit,
    )
    for criterion in rubric.criteria.prefetch_related("levels"):
        fresh = RubricCriterion.objects.create(
            rubric=copy,
            position=criterion.position,
            weight=criterion.weight,
            title_it=criterion.title_it,
            title_en=criterion.title_en,
        )
        RubricLevel.objects.bulk_create(
            RubricLevel(criterion=fresh, value=level.value, text_it=level.text_it, text_en=level.text_en)
            for level in criterion.levels.all()
        )
    log.info("%s made version %d of rubric %s", by, copy.version, copy.code)
    return copy


def freeze(rubric: Rubric | None, at: datetime) -> Rubric:
    """`rubric` with its hash, which stays from now on. Must run inside `atomic`."""
    if rubric is None:
        raise Refusal(_("The project has no rubric yet: the office adds it."))
    rubric = Rubric.objects.select_for_update(no_key=True).get(pk=rubric.pk)
    if rubric.frozen_at is None:
        rubric.frozen_at, rubric.digest = at, rubric.hash
        rubric.save(update_fields=["frozen_at", "digest"])
        log.info("rubric %s is frozen as %s", rubric, rubric.digest)
    return rubric


@transaction.atomic
def judge(
    *,
    seat: PanelSeat,
    said: Mapping[int, Said],
    words: str,
    give: bool,
    by,
    at: datetime,
    seen: int | None = None,
) -> PanelJudgement:
    """`by`'s judgement from their seat: what is `said`, by the key of the criterion, and words on the whole.

    A draft is its author's alone and can be incomplete; given, once the last deadline of the team is past,
    it is final. Given again the same, it is the one there is. `seen` is the revision it was typed upon:
    JudgedMeanwhile when the same assessor has saved something else since. The first saving freezes the
    rubric.
    """
    project = hold(seat.project_id)
    if seat.role.user_id != by.pk:
        raise Refusal(_("This seat on the panel is somebody else's."))
    refuse_reading(seat)
    criteria = set(freeze(project.rubric, at).criteria.values_list("pk", flat=True))
    said = {key: one for key, one in said.items() if key in criteria and (one.level or one.words)}
    judgement, _new = PanelJudgement.objects.get_or_create(seat=seat)
    before = {one.criterion_id: Said(one.level, one.words) for one in judgement.criteria.all()}
    unchanged = (before, judgement.words) == (said, words)
    if judgement.given:
        if unchanged and give:
            return judgement
        raise Refusal(_("You have already given this judgement: it stays as it is."))
    if seen not in (None, judgement.revision) and not unchanged:
        raise JudgedMeanwhile(_("You have saved this judgement in another window meanwhile."))
    if give and not all(key in said and said[key].level and said[key].words for key in criteria):
        raise Refusal(_("Give a level and words for every criterion first."))
    if give and (until := handing_in_until(project, at)):
        day = date_format(localtime(until), "DATETIME_FORMAT")
        raise Refusal(_("The team hands in until %(day)s: give your judgement afterwards.") % {"day": day})
    if not unchanged:
        judgement.criteria.all().delete()
        CriterionJudgement.objects.bulk_create(
            CriterionJudgement(judgement=judgement, criterion_id=key, level=one.level, words=one.words)
            for key, one in said.items()
        )
    judgement.words, judgement.conflict = words, shared_employer(seat) is not None
    judgement.state = PanelJudgement.State.GIVEN if give else PanelJudgement.State.DRAFT
    judgement.given_at = at if give else None
    judgement.revision += 1
    judgement.save()
    log.info("judgement %d of project %d %s", judgement.pk, project.pk, "given" if give else "saved")
    return judgement


def handing_in_until(project: ProjectWork, at: datetime) -> datetime | None:
    """The last deadline of the team, while it is still ahead: a judgement given would lock it out."""
    return project.milestones.filter(due_at__gt=at).aggregate(last=Max("due_at"))["last"]


def refuse_reading(seat: PanelSeat) -> None:
    """Raise Refusal for a third reading nobody needs, or not yet."""
    if seat.side == Side.THIRD and not hasattr(seat, "judgement"):
        panel = panel_of(ProjectWork.objects.get(pk=seat.project_id))
        if not panel.third_needed:
            raise Refusal(_("A third reading is asked for once both have judged, and too differently."))


def shared_employer(seat: PanelSeat) -> str | None:
    """Where the assessor works and somebody of the team does, too: by the role or as an instructor."""
    places = TeamPlace.objects.to_the_end().filter(team__project=seat.project_id)
    employers = places.values_list("enrollment__employer", flat=True)
    teacher = Instructor.objects.filter(user=seat.role.user_id).select_related("organisation").first()
    mine = [one.name for one in (seat.role.organisation, teacher and teacher.organisation) if one]
    return next((name for employer in employers if (name := same_employer(mine, employer))), None)


@transaction.atomic
def decide(
    *,
    projectwork: ProjectWork,
    text: str,
    adjustments: Mapping[int, tuple[int, str]] | None = None,
    reason: str = "",
    by,
    at: datetime,
) -> ProjectOutcome:
    """The judgement of a team: its word and level follow from the readings, `text` is the panel's.

    `adjustments` are words better or worse for single people, by the key of their place in the edition,
    each with its reason; who is not in it has the team's. Before publication it can be written anew;
    afterwards only with a `reason`, which the ledger keeps. Saved again the same, nothing changes.
    """
    hold(projectwork.pk)
    panel = panel_of(with_panels(ProjectWork.objects).get(pk=projectwork.pk))
    if (found := panel.verdict) is None:
        raise Refusal(" ".join(panel.sentences[:-1]) or _("The panel has not judged yet."))
    wanted = {key: (step, why.strip()) for key, (step, why) in (adjustments or {}).items() if step}
    refuse_adjustments(panel.project, found.word, wanted)
    outcome = ProjectOutcome.objects.filter(project=projectwork).first()
    present = {one.enrollment_id: one for one in outcome.adjustments.all()} if outcome else {}
    fresh = {
        "word": found.word.value,
        "overall": decimal_of(found.overall),
        "text": text.strip(),
    }
    if outcome:
        as_it_is = {name: getattr(outcome, name) for name in fresh}
        if (as_it_is, {key: (one.step, one.reason) for key, one in present.items()}) == (fresh, wanted):
            return outcome
        if outcome.published and not reason.strip():
            raise Refusal(_("This judgement is published: say why it changes."))
    sign(by=by, at=at, reason=reason.strip())
    revision = outcome.revision + 1 if outcome and outcome.published else 1
    outcome, new = ProjectOutcome.objects.update_or_create(
        project=projectwork, defaults=fresh | {"saved_at": at, "revision": revision}
    )
    for key in present.keys() - wanted.keys():
        present[key].delete()
    for key, (step, why) in wanted.items():
        if key not in present or (present[key].step, present[key].reason) != (step, why):
            Adjustment.objects.update_or_create(
                outcome=outcome, enrollment_id=key, defaults={"step": step, "reason": why}
            )
    log.info("%s wrote the judgement of project %d%s", by, projectwork.pk, "" if new else " anew")
    return outcome


def refuse_adjustments(project: ProjectWork, word: Word, wanted: Mapping[int, tuple[int, str]]) -> None:
    """Raise Refusal for somebody who is not judged with the team, without a reason, or off the scale."""
    judged = Enrollment.objects.filter(team_places__in=project.team.places.to_the_end())
    names = dict(judged.values_list("pk", "user__name"))
    for key, (step, why) in wanted.items():
        if key not in names:
            raise Refusal(_("Some of these people are not judged with the team."))
        if not why:
            raise Refusal(_("Say why the judgement of %(name)s differs.") % {"name": names[key]})
        if shifted(word, step) is None:
            raise Refusal(_("There is no such judgement for %(name)s.") % {"name": names[key]})


@transaction.atomic
def publish_judgements(*, projectwork: ProjectWork, by, at: datetime) -> int:
    """Show all teams of the edition their judgement, in one act. How many; asked again, none.

    Refused while anything is missing in any of them.
    """
    cohort = projectwork.team.cohort
    projects = ProjectWork.objects.filter(team__cohort=cohort).order_by("pk")
    list(projects.select_for_update(no_key=True, of=["self"]))
    lacking = [panel for panel in panels_of(cohort) if panel.missing]
    if lacking:
        teams = ", ".join(panel.project.team.code for panel in lacking)
        sentence = _("Not everything is there yet for %(teams)s: nothing was published.")
        raise Refusal(sentence % {"teams": teams})
    sign(by=by, at=at)
    waiting = ProjectOutcome.objects.filter(project__in=projects, published_at=None)
    number = waiting.update(published_at=at, published_by=by)
    log.info("%s published %d judgements of %s", by, number, cohort)
    return number
