"""The planner on a real draft: what it is asked, what it may not touch, and what it leaves behind."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from courses.actions.drafting import CURRICULA, edit_draft_session, lay_out_draft, weekly_pattern
from courses.actions.planning import ask_planner, run_planner, take_over
from courses.actions.programme import load_curriculum
from courses.models import PlanRun
from courses.planner import Answer, Effort, Engine, Kind, Status
from courses.planning import problem_of
from courses.refusals import Refusal
from courses.timetable import judgement_of
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

BEFORE = rome(2021, 11, 20, 9)
QUICK = Effort(rounds=1)


@pytest.fixture
def draft():
    """Of an edition of the real programme, laid out, with rooms and nobody yet."""
    programme = load_curriculum(path=CURRICULA / "smtc-2022.toml", by=None, at=BEFORE)
    hub = factories.a_hub()
    for number, kind in enumerate(("classroom", "classroom", "lab", "lab")):
        factories.a_room(
            hub=hub, name=f"Aula {number}", capacity=30 if kind == "classroom" else 15, kind=kind
        )
    cohort = factories.a_cohort(programme=programme, hub=hub, seats=30, ends_on=date(2022, 7, 30))
    return lay_out_draft(cohort=cohort, by=None, at=BEFORE)


def problem(draft):
    return problem_of(draft, weekly_pattern(draft.cohort), BEFORE)


def test_every_session_is_a_unit_and_what_is_pinned_or_of_another_length_stays(draft):
    pinned, odd = draft.sessions.filter(mode="remote")[1:3]
    edit_draft_session(draftsession=pinned, pinned=True, by=None, at=BEFORE)
    edit_draft_session(draftsession=odd, ends_at=odd.ends_at + timedelta(minutes=30), by=None, at=BEFORE)
    asked = problem(draft)
    assert len(asked.units) == 78
    assert {one.unit for one in asked.held} == {str(pinned.pk), str(odd.pk)}


def test_who_teaches_a_module_elsewhere_may_teach_it_here_when_not_away(draft):
    here, elsewhere = (factories.an_instructor() for _ in range(2))
    row = draft.sessions.filter(mode="remote").first()
    edit_draft_session(draftsession=row, kind="academic", instructors=[here], by=None, at=BEFORE)
    other = factories.a_cohort(programme=draft.cohort.programme)
    session = factories.a_session(
        other, module=row.module, starts_at=rome(2022, 1, 20, 9), instructors=[elsewhere]
    )
    factories.an_absence(here, half="morning")
    asked = problem(draft)
    _edition, _module, unit = asked.units[str(row.pk)]
    assert (unit.kind, set(unit.qualified)) == (Kind.ACADEMIC, {str(here.pk), str(elsewhere.pk)})
    away = {
        one.key: [(span.starts_at, span.ends_at, span.firm) for span in one.away] for one in asked.instructors
    }
    assert away == {
        str(here.pk): [(rome(2022, 1, 20), rome(2022, 1, 20, 13), False)],
        str(elsewhere.pk): [(session.starts_at, session.ends_at, True)],
    }


def test_a_plan_is_put_into_the_draft_and_nothing_hard_is_said_of_it(draft):
    run = ask_planner(timetabledraft=draft, by=None, at=BEFORE)
    run_planner(run=run, effort=QUICK, at=BEFORE)
    run.refresh_from_db()
    assert (run.state, run.progress) == ("done", 100)
    assert run.result["status"] in {"found", "best"}
    assert run.bound <= run.score <= run.result["first"]
    judgement = judgement_of(draft)
    assert judgement.barring == ()
    assert judgement.tally.total.planned == 18_000


def test_the_planner_works_on_a_draft_once_at_a_time(draft):
    ask_planner(timetabledraft=draft, by=None, at=BEFORE)
    with pytest.raises(IntegrityError, match="a_draft_is_planned_by_one_run"), transaction.atomic():
        ask_planner(timetabledraft=draft, by=None, at=BEFORE)


def test_a_draft_changed_meanwhile_is_left_as_it_is(draft):
    run, asked = ask_planner(timetabledraft=draft, by=None, at=BEFORE), problem(draft)
    PlanRun.objects.update(state="running")
    edit_draft_session(draftsession=draft.sessions.first(), pinned=True, by=None, at=BEFORE)
    with pytest.raises(Refusal):
        take_over(run, asked, Answer(Engine.GREEDY, Status.NONE), seconds=1, at=BEFORE)
    assert PlanRun.objects.get().state == "running"


def test_a_run_another_worker_has_taken_is_left_to_it(draft):
    run = ask_planner(timetabledraft=draft, by=None, at=BEFORE)
    PlanRun.objects.update(state="running")
    before = list(draft.sessions.values_list("starts_at", flat=True))
    run_planner(run=run, effort=QUICK, at=BEFORE)
    assert PlanRun.objects.get().state == "running"
    assert list(draft.sessions.values_list("starts_at", flat=True)) == before


def test_the_command_wants_an_open_draft():
    with pytest.raises(CommandError, match="SMTC-1999-1 has no open draft"):
        call_command("plan", "SMTC-1999-1")
