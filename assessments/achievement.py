"""What is printed on a certificate and its annexes: facts as they stand when it is issued, as JSON."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from assessments.certificate import Answer
from assessments.eligibility import Eligibility
from assessments.marking import Outcome, Result, Scale, averages, standing
from assessments.models import Adjustment, ModuleTest, ProjectOutcome, Score
from assessments.rubric import Word, shifted
from courses.models import Block, Cohort, Module
from enrollment.models import TeamPlace

Facts = dict[str, Any]


def facts_of(cohort: Cohort, people: Collection[Eligibility], *, at: datetime) -> dict[int, Facts]:
    """Enrollment → what its certificate says: published results only, the same queries for any number."""
    shared = of_the_edition(cohort)
    keys = [one.enrollment.pk for one in people]
    tests, projects = tests_of(cohort, keys), projects_of(keys)
    return {
        one.enrollment.pk: shared
        | {
            "name": one.enrollment.user.name,
            "issued": timezone.localdate(at).isoformat(),
            "joined": one.enrollment.starts_on.isoformat(),
            "left": one.enrollment.ends_on.isoformat() if one.enrollment.ends_on else "",
            "attended": one.attendance.overall.attended,
            "tests": tests[one.enrollment.pk],
            "averages": averages_of(tests[one.enrollment.pk]),
            "project": projects.get(one.enrollment.pk),
            "verdict": as_json(one.answer),
        }
        for one in people
    }


def of_the_edition(cohort: Cohort) -> Facts:
    """What everybody's says alike."""
    programme = cohort.programme
    modules = Prefetch("modules", Module.objects.order_by("position"))
    blocks = Block.objects.filter(programme=programme).order_by("position").prefetch_related(modules)
    return {
        "edition": cohort.code,
        "begins": cohort.starts_on.isoformat(),
        "ends": cohort.ends_on.isoformat(),
        "hub": cohort.hub.name,
        "title": titles(programme),
        "minutes": programme.minutes,
        "academic": programme.academic_minutes,
        "company": programme.company_minutes,
        "blocks": [
            {
                "title": titles(block),
                "minutes": block.minutes,
                "counts": block.counts_towards_total,
                "modules": [
                    {
                        "code": module.code,
                        "title": titles(module),
                        "minutes": module.minutes,
                        "outcomes": {"it": module.outcomes_it, "en": module.outcomes_en},
                    }
                    for module in block.modules.all()
                ],
            }
            for block in blocks
        ],
    }


def titles(thing) -> dict[str, str]:
    """Of something titled, in both languages."""
    return {"it": thing.title_it, "en": thing.title_en}


def tests_of(cohort: Cohort, people: Collection[int]) -> Mapping[int, list[Facts]]:
    """Enrollment → the test of each module in order, with the published result that counts, if any."""
    tests = list(
        ModuleTest.objects.filter(cohort=cohort).select_related("module").order_by("session__starts_at")
    )
    published = Score.objects.published().filter(test__in=tests, enrollment__in=people)
    results = {(one.enrollment_id, one.test_id, one.attempt): one.result for one in published}
    found: dict[int, list[Facts]] = {}
    for person in people:
        found[person] = []
        for test in tests:
            first, second = (results.get((person, test.pk, attempt)) for attempt in (1, 2))
            result = standing(first, second)
            found[person].append(
                {
                    "module": test.module.code,
                    "title": titles(test.module),
                    "minutes": test.module.minutes,
                    "result": result_as_json(result) if result else None,
                    "retaken": result is not None and result is second,
                }
            )
    return found


def result_as_json(result: Result) -> Facts:
    """A result as it is kept; `result_of` reads it."""
    return {
        "outcome": result.outcome.value,
        "value": result.value,
        "honours": result.honours,
        "scale": result.scale.value,
    }


def result_of(told: Facts) -> Result:
    """A kept result."""
    return Result(Outcome(told["outcome"]), told["value"], told["honours"], Scale(told["scale"]))


def averages_of(tests: Collection[Facts]) -> dict[str, str]:
    """The means of the passed tests by scale, as text."""
    told = [(result_of(one["result"]), one["minutes"]) for one in tests if one["result"]]
    return {scale.value: str(mean) for scale, mean in averages(told).items()}


def projects_of(people: Collection[int]) -> Mapping[int, Facts]:
    """Enrollment → the project and its published judgement, as adjusted for this person."""
    outcomes = ProjectOutcome.objects.published()
    places = TeamPlace.objects.to_the_end().filter(enrollment__in=people, team__project__outcome__in=outcomes)
    places = places.select_related("team__project__outcome", "team__project__sponsor")
    adjusted = Adjustment.objects.filter(enrollment__in=people, outcome__in=outcomes)
    steps = dict(adjusted.values_list("enrollment", "step"))
    return {
        place.enrollment_id: {
            "title": titles(place.team.project),
            "sponsor": place.team.project.sponsor.name if place.team.project.sponsor else "",
            "word": word_for(place.team.project.outcome, steps.get(place.enrollment_id, 0)).value,
            "text": place.team.project.outcome.text,
        }
        for place in places
    }


def word_for(outcome: ProjectOutcome, step: int) -> Word:
    """The judgement of the team, as adjusted for one person."""
    word = Word(outcome.word)
    return shifted(word, step) or word


def as_json(answer: Answer) -> Facts:
    """The verdict with its needs and their reasons, as it was when the certificate was issued."""
    return {
        "verdict": answer.verdict.value,
        "needs": [
            {
                "need": str(one.need),
                "verdict": one.verdict.value,
                "reasons": [
                    {"code": str(reason.code), "facts": dict(reason.facts)} for reason in one.reasons
                ],
            }
            for one in answer.needs
        ],
    }
