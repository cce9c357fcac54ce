"""The planner in the office: asked, watched, understood, taken over; mending from an absence’s page."""

from datetime import date

import pytest
from django.urls import reverse

from courses.actions.drafting import edit_draft_session, lay_out_draft
from courses.actions.planning import run_planner
from courses.actions.releasing import release_draft
from courses.models import PlanRun, TimetableDraft
from courses.planner import Effort
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

BEFORE = rome(2021, 11, 20, 9)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(BEFORE, tick=False)


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office(name="Carla Segreti"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def draft(a_real_edition):
    """Of the real programme, laid out; two people teach its first module, Ada on its first Thursday."""
    draft = lay_out_draft(cohort=a_real_edition, by=None, at=BEFORE)
    row = draft.sessions.filter(mode="remote").first()
    same = draft.sessions.filter(module=row.module).exclude(pk=row.pk).first()
    for session, name in ((row, "Ada Prima"), (same, "Bea Seconda")):
        person = factories.an_instructor(name=name)
        edit_draft_session(draftsession=session, kind="academic", instructors=[person], by=None, at=BEFORE)
    return draft


def page(name: str, *args) -> str:
    return reverse(f"admin:courses_{name}", args=args)


def words(answer) -> str:
    return " ".join(answer.text.split())


def test_the_planner_is_asked_watched_and_its_plan_seen_before_it_is_taken_over(office, draft):
    asked = office.post(page("timetabledraft_plan", draft.pk), {"aim": "anew", "seed": 1})
    run = PlanRun.objects.get()
    assert asked.url == page("planrun_change", run.pk)
    assert "for the best plan: waiting." in words(office.get(asked.url))
    run_planner(run=run, effort=Effort(rounds=1))
    before = list(draft.sessions.values_list("starts_at", flat=True))
    seen = words(office.get(asked.url))
    assert "sessions of the draft would change" in seen
    assert "Sessions on a Saturday" in seen
    assert "For each instructor" in seen
    assert list(draft.sessions.values_list("starts_at", flat=True)) == before
    taken = office.post(page("planrun_take-over", run.pk), {})
    assert taken.url == page("timetabledraft_change", draft.pk)
    assert "The draft is as the plan has it." in words(office.get(page("planrun_change", run.pk)))


def test_a_plan_of_another_draft_than_this_one_has_become_is_refused_with_a_sentence(office, draft):
    office.post(page("timetabledraft_plan", draft.pk), {"aim": "anew", "seed": 0})
    run_planner(run=(run := PlanRun.objects.get()), effort=Effort(rounds=1))
    edit_draft_session(draftsession=draft.sessions.first(), pinned=True, by=None, at=BEFORE)
    answer = office.post(page("planrun_take-over", run.pk), {})
    assert answer.status_code == 422
    assert "The draft changed since the planner was asked: ask it again." in answer.text


def test_why_there_is_no_plan_is_said_in_words(office, draft):
    person = factories.an_instructor(name="Ida Lontana")
    absence = factories.an_absence(person, note="aspettativa")
    row = draft.sessions.filter(mode="remote").first()
    away = {"code": "instructor_away", "subject": str(person.pk), "cause": str(absence.pk)}
    alone = {"edition": "", "unit": str(row.pk), "needed": 1, "known": [str(person.pk)]}
    result = {"engine": "cp_sat", "status": "none", "plan": [], "before": {}, "after": {}, "least": True}
    result |= {"short": [{"code": "nobody_free", "facts": alone}]}
    result |= {"relax": [away], "conflict": [away, {"code": "day_full", "subject": "", "cause": ""}]}
    run = factories.a_run(draft, state="done", seconds=2.5, result=result)
    seen = words(office.get(page("planrun_change", run.pk)))
    assert "There is no plan: the draft is as it was." in seen
    assert "on no open half-day is anybody free of: Ida Lontana." in seen
    assert "The least that would make a plan possible" in seen
    ask = "Ask Ida Lontana to teach all the same, in spite of: 20 January 2022 (aspettativa)."
    assert seen.count(ask) == 2
    assert "Let a day be longer than eight hours." in seen
    assert page("planrun_take-over", run.pk) not in seen


def test_a_session_says_why_it_is_where_it_is_and_where_else_it_could_be(office, draft):
    row = draft.sessions.filter(instructors__name="Ada Prima").get()
    seen = words(office.get(page("timetabledraft_why", draft.pk, row.pk)))
    assert "With everything else as it is" in seen
    assert "Ada Prima teaches it; free then are also: Bea Seconda." in seen
    assert "The edition has another session" in seen


def test_why_here_has_an_answer_without_a_weekly_pattern_too(office):
    draft = factories.a_timetable_draft()
    row = factories.a_drafted_session(draft)
    seen = words(office.get(page("timetabledraft_why", draft.pk, row.pk)))
    assert "The programme has no weekly pattern." in seen


def test_a_timetable_is_mended_from_the_page_of_the_absence(office, draft):
    release_draft(timetabledraft=draft, by=None, at=BEFORE)
    row = draft.sessions.filter(instructors__name="Ada Prima").get()
    day = row.starts_at.date()
    absence = factories.an_absence(row.instructors.get(), starts_on=day, ends_on=day)
    assert page("availability_mend", absence.pk) in office.get(page("availability_change", absence.pk)).text
    assert row.module.code in office.get(page("availability_mend", absence.pk)).text
    asked = office.post(page("availability_mend", absence.pk), {"substitutes": "on"})
    run = PlanRun.objects.get()
    assert (asked.url, run.aim, run.draft.state) == (page("planrun_change", run.pk), "mend", "open")
    run_planner(run=run)
    seen = words(office.get(asked.url))
    assert "It is shown that no plan is nearer." in seen
    assert "1 session of the draft would change" in seen
    assert "Another instructor" in seen


def test_a_room_is_closed_and_its_sessions_find_another(office, draft):
    release_draft(timetabledraft=draft, by=None, at=BEFORE)
    session = draft.cohort.sessions.filter(mode="hybrid").first()
    day = session.starts_at.date()
    typed = {"room": session.places.get(link="").room_id, "starts_on": day, "ends_on": day}
    added = office.post(page("closure_add"), typed | {"reason_it": "Guasto", "reason_en": "Damage"})
    assert added.status_code == 302
    closure = draft.cohort.hub.rooms.get(closures__isnull=False).closures.get()
    assert office.post(page("closure_mend", closure.pk), {"substitutes": "on"}).status_code == 302
    assert TimetableDraft.objects.get(state="open").runs.get().aim == "mend"


def test_an_absence_on_which_nothing_falls_mends_nothing(office, draft):
    absence = factories.an_absence(starts_on=date(2022, 1, 20), ends_on=date(2022, 1, 20))
    answer = office.post(page("availability_mend", absence.pk), {"substitutes": "on"})
    assert answer.status_code == 422
    assert "there is nothing to mend" in answer.text
