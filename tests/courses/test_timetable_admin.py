"""The office makes a timetable: opens a draft, reads what is said of it, edits, permits and releases."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.actions.drafting import edit_draft_session, open_draft
from courses.actions.timetable import move_session
from courses.models import Appointment, Override, TimetableDraft, TimetableRelease
from courses.timetable import judgement_of
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

NINE, BEFORE = rome(2022, 1, 20, 9), rome(2021, 12, 2, 9)
HOURS = timedelta(hours=4)


@pytest.fixture(autouse=True)
def _today(time_machine):
    """Before what these drafts change begins."""
    time_machine.move_to(BEFORE, tick=False)


PRESS = 'value="Release the timetable"'


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office(name="Carla Segreti"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def teacher():
    return factories.an_instructor(name="Ada Lovati")


@pytest.fixture
def draft(teacher):
    """Of an edition with one released morning."""
    session = factories.a_session(starts_at=NINE, rooms=[factories.a_room()], instructors=[teacher])
    return open_draft(cohort=session.cohort, by=None, at=BEFORE)


def page(name: str, *args) -> str:
    return reverse(f"admin:courses_timetabledraft_{name}", args=args)


def typed(row, **changes) -> dict:
    """The form of a session as it stands, with changes."""
    form = {"mode": row.mode, "link": row.link, "kind": "", "topic_it": "", "topic_en": ""}
    moments = {"starts_at": row.starts_at, "ends_at": row.ends_at} | changes
    for name in ("starts_at", "ends_at"):
        local = moments[name].astimezone(NINE.tzinfo)
        form |= {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M}"}
    form |= {"rooms": [room.pk for room in row.rooms.all()]}
    form |= {"instructors": [person.pk for person in row.instructors.all()]}
    return form | {name: value for name, value in changes.items() if name not in {"starts_at", "ends_at"}}


def test_a_draft_is_opened_and_a_second_one_is_refused_with_a_sentence(office):
    cohort = factories.a_session(starts_at=NINE).cohort
    answer = office.post(page("add"), {"cohort": cohort.pk})
    draft = TimetableDraft.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page("change", draft.pk))
    assert draft.sessions.count() == 1
    again = office.post(page("add"), {"cohort": cohort.pk})
    assert again.status_code == 422
    assert "The edition already has an open draft." in again.text


def test_an_edition_without_a_pattern_cannot_be_laid_out_and_the_page_says_so(office):
    answer = office.post(page("add"), {"cohort": factories.a_cohort().pk, "anew": "on"})
    assert answer.status_code == 422
    assert "The programme has no weekly pattern." in answer.text


def test_the_page_shows_weeks_hours_loads_and_what_is_missing_beside(office, draft, teacher):
    text = office.get(page("change", draft.pk)).text
    assert "Week of 17 January 2022 · 4 h" in " ".join(text.split())
    for words in ("no link yet.", "Ada Lovati teaches 4 h and has not confirmed", "B1: 4 h of 10 h."):
        assert words in text
    assert "Nothing: the draft can be released." in text


def test_a_session_is_edited_and_what_changes_is_marked(office, draft):
    row = draft.sessions.get()
    change = typed(row, starts_at=NINE + timedelta(hours=5), ends_at=NINE + timedelta(hours=9))
    answer = office.post(page("session", draft.pk, row.pk), change)
    assert (answer.status_code, answer["Location"]) == (302, page("change", draft.pk))
    row.refresh_from_db()
    assert row.starts_at == NINE + timedelta(hours=5)
    assert row.session.starts_at == NINE
    assert re.search(r'class="tag"\s*>moved</span>', office.get(page("change", draft.pk)).text)


@pytest.mark.parametrize("late", [{"topic_en": "Scooters"}, {"cancelled": "on"}])
def test_what_somebody_else_changed_in_the_draft_meanwhile_stays(office, draft, late):
    row = draft.sessions.get()
    address = page("session", draft.pk, row.pk)
    seen = office.get(address).context["adminform"].form.initial["seen"]
    assert office.post(address, typed(row, topic_en="Trams", seen=seen)).status_code == 302
    answer = office.post(address, typed(row, seen=seen, **late))
    assert answer.status_code == 422
    assert "Somebody has changed this session meanwhile" in answer.text
    row.refresh_from_db()
    assert (row.topic_en, row.cancelled) == ("Trams", False)


def test_a_session_that_ends_before_it_begins_comes_back_with_what_was_typed(office, draft):
    row = draft.sessions.get()
    answer = office.post(
        page("session", draft.pk, row.pk), typed(row, ends_at=NINE - HOURS, topic_en="Scooters")
    )
    assert answer.status_code == 422
    assert "A session ends after it begins" in answer.text
    assert "Scooters" in answer.text


def test_a_session_is_cancelled_put_back_and_added(office, draft):
    row = draft.sessions.get()
    address = page("session", draft.pk, row.pk)
    office.post(address, typed(row, cancelled="on"))
    row.refresh_from_db()
    assert row.cancelled
    office.post(address, typed(row))
    row.refresh_from_db()
    assert not row.cancelled
    form = typed(row, starts_at=NINE + 6 * HOURS, ends_at=NINE + 7 * HOURS, rooms=[], mode="remote")
    form |= {"module": row.module_id, "purpose": "teaching"}
    assert office.post(page("add_session", draft.pk), form).status_code == 302
    assert draft.sessions.filter(session=None, starts_at=NINE + 6 * HOURS).count() == 1


def test_another_programmes_module_is_no_choice(office, draft):
    other = factories.a_module(factories.a_cohort())
    form = typed(draft.sessions.get()) | {"module": other.pk, "purpose": "teaching"}
    answer = office.post(page("add_session", draft.pk), form)
    assert answer.status_code == 422
    assert draft.sessions.count() == 1


def test_a_soft_clash_is_permitted_from_the_page_and_named_afterwards(office, draft, teacher):
    factories.an_absence(teacher, note="Congresso")
    text = office.get(page("change", draft.pk)).text
    assert "Ada Lovati cannot teach then. Congresso" in text
    [found] = judgement_of(draft).barring
    permit = page("permit", draft.pk, found.fingerprint)
    assert permit in text
    assert office.post(permit, {"reason": ""}).status_code == 422
    assert office.post(permit, {"reason": "Si collega"}).status_code == 302
    override = Override.objects.get()
    assert (override.reason, override.by.name) == ("Si collega", "Carla Segreti")
    text = " ".join(office.get(page("change", draft.pk)).text.split())
    assert "Nothing: the draft can be released." in text
    assert "Permitted by Carla Segreti" in text
    listed = office.get(reverse("admin:courses_override_changelist")).text
    assert "Ada Lovati cannot teach then" in listed


def test_what_was_never_said_cannot_be_permitted(office, draft):
    assert office.get(page("permit", draft.pk, "0" * 64)).status_code == 404


def test_the_difference_is_shown_before_the_release_and_kept_with_it(office, draft):
    row = draft.sessions.get()
    edit_draft_session(draftsession=row, starts_at=NINE + HOURS, ends_at=NINE + 2 * HOURS, by=None, at=BEFORE)
    before = " ".join(office.get(page("release", draft.pk)).text.split())
    for words in (
        "1 session changes",
        "Moved",
        "Thu 20 Jan 2022, 09:00–13:00",
        "Thu 20 Jan 2022, 13:00–17:00",
    ):
        assert words in before
    assert PRESS in before
    answer = office.post(page("release", draft.pk), {"note": "Aula allagata"})
    assert answer.status_code == 302
    release = TimetableRelease.objects.get()
    row.session.refresh_from_db()
    assert (row.session.starts_at, row.session.change_reason) == (NINE + HOURS, "Aula allagata")
    kept = office.get(reverse("admin:courses_timetablerelease_change", args=[release.pk])).text
    assert "Thu 20 Jan 2022, 13:00–17:00" in kept
    assert page("release", draft.pk) not in office.get(page("change", draft.pk)).text


def test_what_stands_in_the_way_is_shown_and_refused(office, draft):
    room = factories.a_room(name="Aula Magna", hub=factories.a_hub(name="Polo"))
    factories.a_session(starts_at=NINE, rooms=[room])
    edit_draft_session(draftsession=draft.sessions.get(), rooms=[room], by=None, at=BEFORE)
    asked = office.get(page("release", draft.pk)).text
    assert "Aula Magna, Polo is needed at the same time" in asked
    assert PRESS not in asked
    answer = office.post(page("release", draft.pk), {"note": ""})
    assert answer.status_code == 422
    assert "This stands in the way of a release" in answer.text
    assert not TimetableRelease.objects.exists()


def test_what_changed_meanwhile_is_shown_and_taken_over(office, draft):
    session = draft.sessions.get().session
    move_session(session=session, starts_at=NINE + HOURS, ends_at=NINE + 2 * HOURS, by=None, at=BEFORE)
    address = page("catch-up", draft.pk)
    assert address in office.get(page("change", draft.pk)).text
    asked = office.get(page("release", draft.pk)).text
    assert "Changed since the draft was made" in asked
    assert PRESS not in asked
    assert office.post(address, {}).status_code == 302
    assert draft.sessions.get().starts_at == NINE + HOURS
    assert address not in office.get(page("change", draft.pk)).text


def test_instructors_are_asked_for_their_hours_once(office, draft, teacher):
    assert office.post(page("ask", draft.pk), {}).status_code == 302
    appointment = Appointment.objects.get()
    assert (appointment.instructor, appointment.minutes, appointment.state) == (teacher, 240, "asked")
    answer = office.post(page("ask", draft.pk), {})
    assert answer.status_code == 422
    assert "has been asked for these hours" in answer.text


def test_the_planner_is_not_asked_where_no_weekly_pattern_says_when(office, draft):
    answer = office.post(page("plan", draft.pk), {"aim": "anew", "seed": 0})
    assert answer.status_code == 422
    assert "The programme has no weekly pattern." in answer.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"state": "waiting"}, "waiting."),
        ({"state": "running", "progress": 40}, "40 %"),
        ({"state": "failed"}, "failed."),
        (
            {
                "state": "done",
                "score": 70,
                "bound": 60,
                "seconds": 9,
                "result": {"engine": "greedy", "first": 90},
            },
            "none costs less than 60. Greedy search: OR-Tools is not installed.",
        ),
        (
            {"state": "done", "seconds": 9.5, "result": {"engine": "cp_sat", "status": "none"}},
            "There is no plan: the draft is as it was.",
        ),
        (
            {"state": "done", "seconds": 9.5, "result": {"engine": "cp_sat", "status": "undecided"}},
            "It found no plan, which does not mean that there is none: the draft is as it was.",
        ),
        (
            {
                "state": "done",
                "aim": "mend",
                "seconds": 1,
                "result": {"engine": "greedy", "status": "undecided"},
            },
            "OR-Tools is not installed: nothing can be mended without it.",
        ),
    ],
)
def test_the_page_says_how_far_the_planner_is(office, draft, state, words):
    factories.a_run(draft, **state)
    assert words in " ".join(office.get(page("change", draft.pk)).text.split())


def test_the_page_of_a_draft_has_nothing_to_save_and_a_dropped_one_nothing_to_release(office, draft):
    open_page = office.get(page("change", draft.pk)).text
    assert 'name="_save"' not in open_page
    assert "In the way of a release" in open_page
    office.post(page("drop", draft.pk))
    assert "In the way of a release" not in office.get(page("change", draft.pk)).text


def test_a_draft_is_dropped(office, draft):
    assert office.post(page("drop", draft.pk), {}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "dropped"


def test_the_draft_of_a_long_edition_costs_as_many_queries_as_that_of_a_short_one(office, draft):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert office.get(page("change", draft.pk)).status_code == 200
        return len(captured)

    cost()
    few = cost()
    for day in range(1, 30):
        begin = NINE + timedelta(days=day)
        factories.a_drafted_session(
            draft, starts_at=begin, rooms=[factories.a_room()], instructors=[factories.an_instructor()]
        )
    assert cost() <= few + 2  # hubs other than the edition's, and their closures
