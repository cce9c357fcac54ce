"""The planner on a real draft: what it is asked, what it may not touch, and what it leaves behind."""

import os
import subprocess
import sys
import sysconfig
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from courses.actions.drafting import edit_draft_session, lay_out_draft, weekly_pattern
from courses.actions.planning import LOST, ask_planner, mend_timetables, run_planner, take_over_plan
from courses.actions.releasing import release_draft
from courses.models import PlanRun, SessionPlace
from courses.planner import Effort, Kind, Shortage, Soft, check
from courses.planner.relaxed import EASIEST_FIRST
from courses.planning import plan_of, problem_of
from courses.refusals import Refusal
from courses.telling import RELAX, SHORT, SOFT, Names, proposed, rule_in_words, short_in_words
from courses.timetable import judgement_of
from tests import factories
from tests.factories import rome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

BEFORE = rome(2021, 11, 20, 9)
QUICK = Effort(rounds=1)


@pytest.fixture
def draft(a_real_edition):
    """Of an edition of the real programme, laid out, with rooms and nobody yet."""
    return lay_out_draft(cohort=a_real_edition, by=None, at=BEFORE)


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


@pytest.mark.parametrize("days", [{"ends_on": date.max}, {"starts_on": date.min}])
def test_who_is_away_for_ever_is_away_on_the_days_of_the_edition(draft, days):
    here = factories.an_instructor()
    row = draft.sessions.filter(mode="remote").first()
    edit_draft_session(draftsession=row, kind="academic", instructors=[here], by=None, at=BEFORE)
    factories.an_absence(here, **days)
    [spans] = [one.away for one in problem(draft).instructors]
    cohort, day = draft.cohort, date(2022, 1, 20)
    first, last = (day, cohort.ends_on) if "ends_on" in days else (cohort.starts_on, day)
    assert len(spans) == (last - first).days + 1


def planned(draft, **asked):
    """A run on `draft`, done."""
    run = ask_planner(timetabledraft=draft, by=None, at=BEFORE, **asked)
    run_planner(run=run, effort=QUICK)
    run.refresh_from_db()
    return run


def times(draft) -> list:
    return list(draft.sessions.order_by("pk").values_list("starts_at", flat=True))


def test_a_plan_is_kept_with_its_run_and_changes_nothing_before_somebody_takes_it_over(draft):
    before = times(draft)
    run = planned(draft)
    assert (run.state, run.progress, run.result["status"]) == ("done", 100, "found")
    assert run.bound <= run.score <= run.result["first"]
    assert times(draft) == before
    assert proposed(run)
    take_over_plan(planrun=run, by=None, at=BEFORE)
    assert PlanRun.objects.get().state == "taken"
    assert proposed(run) == ()
    assert check(problem(draft), plan_of(draft)).violations == ()
    assert judgement_of(draft).barring == ()
    assert judgement_of(draft).tally.total.planned == 18_000


def test_a_plan_is_taken_over_once(draft):
    run = planned(draft)
    take_over_plan(planrun=run, by=None, at=BEFORE)
    with pytest.raises(Refusal, match="no plan to take over"):
        take_over_plan(planrun=run, by=None, at=BEFORE)


def test_the_planner_works_on_a_draft_once_at_a_time(draft):
    ask_planner(timetabledraft=draft, by=None, at=BEFORE)
    with pytest.raises(IntegrityError, match="a_draft_is_planned_by_one_run"), transaction.atomic():
        ask_planner(timetabledraft=draft, by=None, at=BEFORE)


def test_a_run_nobody_works_on_any_more_makes_room_for_another(draft):
    lost = ask_planner(timetabledraft=draft, by=None, at=BEFORE)
    PlanRun.objects.update(state="running")
    ask_planner(timetabledraft=draft, by=None, at=BEFORE + LOST + timedelta(seconds=1))
    lost.refresh_from_db()
    assert lost.state == "failed"


def test_a_plan_of_a_draft_that_changed_meanwhile_is_not_taken_over(draft):
    run = planned(draft)
    edit_draft_session(draftsession=draft.sessions.first(), pinned=True, by=None, at=BEFORE)
    before = times(draft)
    with pytest.raises(Refusal, match="changed since the planner was asked"):
        take_over_plan(planrun=run, by=None, at=BEFORE)
    assert times(draft) == before


def test_what_has_begun_meanwhile_is_not_moved(draft):
    run = planned(draft)
    with pytest.raises(Refusal, match="has begun meanwhile"):
        take_over_plan(planrun=run, by=None, at=rome(2022, 7, 1))


def test_a_run_another_worker_has_taken_is_left_to_it(draft):
    run = ask_planner(timetabledraft=draft, by=None, at=BEFORE)
    PlanRun.objects.update(state="running")
    before = list(draft.sessions.values_list("starts_at", flat=True))
    run_planner(run=run, effort=QUICK)
    assert PlanRun.objects.get().state == "running"
    assert list(draft.sessions.values_list("starts_at", flat=True)) == before


def test_the_command_wants_an_open_draft():
    with pytest.raises(CommandError, match="SMTC-1999-1 has no open draft"):
        call_command("plan", "SMTC-1999-1")


@pytest.fixture
def released(draft):
    """The edition with its first remote Thursday taught by somebody; another could teach it too."""
    teacher, other = (factories.an_instructor(name=name) for name in ("Ada Prima", "Bea Seconda"))
    row = draft.sessions.filter(mode="remote").first()
    same = draft.sessions.filter(module=row.module).exclude(pk=row.pk).first()
    for session, person in ((row, teacher), (same, other)):
        edit_draft_session(draftsession=session, kind="academic", instructors=[person], by=None, at=BEFORE)
    release_draft(timetabledraft=draft, by=None, at=BEFORE)
    row.refresh_from_db()
    return row.session, teacher, other


def mended(away, **asked):
    """The run that mends the edition, done."""
    [run] = mend_timetables(away=away, by=None, at=BEFORE, **asked)
    run_planner(run=run)
    run.refresh_from_db()
    assert run.state == "done"
    return run


def changes_of(run) -> list:
    return [(change.standing.module, list(map(str, change.kinds))) for change in proposed(run)]


def away_on(session, instructor):
    day = session.starts_at.date()
    return factories.an_absence(instructor, starts_on=day, ends_on=day, note="congresso")


def test_somebody_who_falls_out_is_replaced_with_one_change_in_a_new_draft(released):
    session, teacher, _other = released
    run = mended(away_on(session, teacher))
    assert (run.result["status"], run.result["fewest"]) == ("best", True)
    assert changes_of(run) == [(session.module.code, ["instructor"])]
    take_over_plan(planrun=run, by=None, at=BEFORE)
    assert judgement_of(run.draft).barring == ()


def test_without_substitutes_the_session_moves_and_keeps_its_people(released):
    session, teacher, _other = released
    run = mended(away_on(session, teacher), substitutes=False)
    assert run.result["plan"]
    assert all("instructor" not in kinds for _module, kinds in changes_of(run))
    take_over_plan(planrun=run, by=None, at=BEFORE)
    assert judgement_of(run.draft).barring == ()


def test_a_room_that_falls_out_is_replaced_by_another(released):
    place = SessionPlace.objects.filter(room__kind="classroom").order_by("session__starts_at").first()
    day = place.session.starts_at.date()
    run = mended(factories.a_closure(room=place.room, starts_on=day, ends_on=day))
    assert {tuple(kinds) for _module, kinds in changes_of(run)} == {("place",)}
    take_over_plan(planrun=run, by=None, at=BEFORE)
    assert judgement_of(run.draft).barring == ()


def test_a_day_that_is_closed_is_mended_too(released):
    session, *_people = released
    day = session.starts_at.date()
    run = mended(factories.a_closure(starts_on=day, ends_on=day))
    assert run.result["plan"]
    assert not [one for one in run.result["plan"] if datetime.fromisoformat(one["starts_at"]).date() == day]


def test_what_nothing_falls_on_needs_no_mending(released):
    session, _teacher, other = released
    with pytest.raises(Refusal, match="nothing to mend"):
        mend_timetables(away=away_on(session, other), by=None, at=BEFORE)


def test_why_there_is_no_plan_is_said_with_names_and_days(draft):
    row = draft.sessions.filter(mode="remote").first()
    person = factories.an_instructor(name="Ada Prima")
    edit_draft_session(draftsession=row, kind="academic", instructors=[person], by=None, at=BEFORE)
    factories.an_absence(person, ends_on=date(2022, 8, 1), starts_on=date(2022, 1, 1), note="aspettativa")
    run = planned(draft)
    assert (run.result["status"], run.result["plan"]) == ("none", [])
    with override("en"):
        names = Names(draft)
        short = {short_in_words(one["code"], one["facts"], names) for one in run.result["short"]}
        rows = draft.sessions.filter(module=row.module, kind="academic")
        assert short == {
            "Ada Prima alone could teach 12 h, and has 0 h on the open half-days.",
            *(
                f"{names.session(str(one.pk))}: on no open half-day is anybody free of: Ada Prima."
                for one in rows
            ),
        }
        [relax] = [rule_in_words(rule, names) for rule in run.result["relax"]]
    assert relax == (
        "Ask Ada Prima to teach all the same, in spite of: 1 January 2022 – 1 August 2022 (aspettativa)."
    )
    with pytest.raises(Refusal, match="no plan to take over"):
        take_over_plan(planrun=run, by=None, at=BEFORE)


WAITING = """
from importlib.util import find_spec
from django import setup
setup()
from courses.models import PlanRun
from courses.tasks import plan
while PlanRun.objects.filter(state="waiting"):
    plan()
print(find_spec("ortools"))
"""


@pytest.fixture
def without_or_tools(tmp_path):
    """The environment of a process for which every installed package is there but OR-Tools."""
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.startswith("ortools"):
            (tmp_path / path.name).symlink_to(path)
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DATABASE_URL": database.geturl(),
        "PYTHONPATH": f"{settings.BASE_DIR}{os.pathsep}{tmp_path}",
    }


@pytest.mark.django_db(transaction=True)
def test_a_worker_on_a_server_without_or_tools_plans_greedily_and_says_so(draft, without_or_tools):
    anew = ask_planner(timetabledraft=draft, by=None, at=BEFORE)
    release_draft(timetabledraft=draft, by=None, at=BEFORE)
    place = SessionPlace.objects.filter(room__kind="classroom").order_by("session__starts_at").first()
    day = place.session.starts_at.date()
    [mend] = mend_timetables(
        away=factories.a_closure(room=place.room, starts_on=day, ends_on=day), by=None, at=BEFORE
    )
    # -S: not even the environment's own packages
    command = [sys.executable, "-S", "-W", "ignore", "-c", WAITING]
    done = subprocess.run(command, env=without_or_tools, check=True, capture_output=True, text=True)
    assert done.stdout == "None\n"
    for run in (anew, mend):
        run.refresh_from_db()
    assert (anew.state, anew.result["engine"], anew.result["status"]) == ("done", "greedy", "found")
    assert len(anew.result["plan"]) == 78
    assert (mend.state, mend.result["engine"], mend.result["status"]) == ("done", "greedy", "undecided")
    assert mend.result["plan"] == []


def test_every_thing_the_planner_can_say_has_words():
    assert SHORT.keys() == set(Shortage)
    assert RELAX.keys() == set(EASIEST_FIRST)
    assert SOFT.keys() == set(Soft)
