"""Who is asked to teach, and who is not needed any more; what an absence or a no leaves for the office."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.urls import reverse

from courses.actions.appointments import ask_instructors
from courses.actions.drafting import drop_draft, edit_draft_session, open_draft
from courses.actions.releasing import release_draft
from courses.models import Appointment
from courses.refusals import Refusal
from courses.timetable import hit, hit_by, unfilled
from tests import factories
from tests.classroom import client_of
from tests.factories import rome

pytestmark = pytest.mark.django_db

AT = rome(2021, 12, 2, 9)
NINE = rome(2022, 1, 20, 9)
ASKED = "sono già state chieste queste ore"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def office():
    return factories.somebody_of_the_office()


@pytest.fixture
def teacher():
    return factories.an_instructor(name="Ada Lovati")


def states(cohort) -> dict[str, str]:
    return dict(cohort.appointments.values_list("instructor__name", "state"))


def given_to(draft, *instructors):
    row = draft.sessions.get()
    edit_draft_session(draftsession=row, instructors=list(instructors), by=None, at=AT)


@pytest.mark.parametrize("answer", ["asked", "confirmed"])
def test_who_is_in_the_draft_no_more_is_withdrawn_and_may_be_asked_again(teacher, answer):
    draft = factories.a_timetable_draft()
    factories.a_drafted_session(draft, instructors=[teacher])
    ask_instructors(timetabledraft=draft, by=None, at=AT)
    if answer == "confirmed":
        draft.cohort.appointments.update(state=answer, answered_at=AT)
    given_to(draft, factories.an_instructor(name="Bo Berti"))
    ask_instructors(timetabledraft=draft, by=None, at=AT)
    assert states(draft.cohort) == {"Ada Lovati": "withdrawn", "Bo Berti": "asked"}
    given_to(draft, teacher)
    ask_instructors(timetabledraft=draft, by=None, at=AT)
    assert states(draft.cohort) == {"Ada Lovati": "asked", "Bo Berti": "withdrawn"}


def test_who_teaches_what_is_released_is_needed_until_a_release_says_otherwise(teacher, office):
    session = factories.a_session(starts_at=NINE, instructors=[teacher])
    agreed = factories.an_appointment(teacher, session.cohort, state="confirmed", answered_at=AT)
    draft = open_draft(cohort=session.cohort, by=office, at=AT)
    given_to(draft, factories.an_instructor(name="Bo Berti"))
    ask_instructors(timetabledraft=draft, by=None, at=AT)
    assert states(session.cohort)["Ada Lovati"] == "confirmed"
    release_draft(timetabledraft=draft, by=office, at=AT)
    agreed.refresh_from_db()
    assert (agreed.state, agreed.asked_at, agreed.answered_at) == ("withdrawn", AT, None)


def test_a_dropped_draft_withdraws_what_was_asked_for_its_sake_alone(teacher, office):
    session = factories.a_session(starts_at=NINE, instructors=[teacher])
    draft = open_draft(cohort=session.cohort, by=office, at=AT)
    factories.a_drafted_session(
        draft, starts_at=NINE + timedelta(days=1), instructors=[factories.an_instructor(name="Bo Berti")]
    )
    ask_instructors(timetabledraft=draft, by=None, at=AT)
    drop_draft(timetabledraft=draft, by=office, at=AT)
    assert states(session.cohort) == {"Ada Lovati": "asked", "Bo Berti": "withdrawn"}


def test_who_has_declined_is_not_withdrawn_and_nobody_is_asked_twice(teacher):
    draft = factories.a_timetable_draft()
    row = factories.a_drafted_session(draft)
    factories.an_appointment(teacher, draft.cohort, state="declined", answered_at=AT)
    with pytest.raises(Refusal, match=ASKED):
        ask_instructors(timetabledraft=draft, by=None, at=AT)
    row.instructors.set([teacher])
    ask_instructors(timetabledraft=draft, by=None, at=AT)
    with pytest.raises(Refusal, match=ASKED):
        ask_instructors(timetabledraft=draft, by=None, at=AT)


def test_an_appointment_says_when_and_what_as_the_draft_has_it_until_it_is_answered(teacher):
    session = factories.a_session(starts_at=NINE, instructors=[teacher])
    draft = open_draft(cohort=session.cohort, by=None, at=AT)
    later = NINE + timedelta(days=1)
    factories.a_drafted_session(draft, starts_at=later, instructors=[teacher])
    factories.a_drafted_session(draft, starts_at=later + timedelta(days=3))
    appointment = factories.an_appointment(teacher, session.cohort)
    page = client_of(teacher.user).get("/teaching/availability/").text
    assert [day in page for day in ("20 January", "21 January", "24 January")] == [True, True, False]
    assert "Appointments to confirm" in client_of(teacher.user).get("/home/").text
    Appointment.objects.filter(pk=appointment.pk).update(state="confirmed", answered_at=AT)
    page = client_of(teacher.user).get("/teaching/availability/").text
    assert [day in page for day in ("20 January", "21 January")] == [True, False]
    assert "Appointments to confirm" not in client_of(teacher.user).get("/home/").text


def test_what_was_withdrawn_is_shown_and_cannot_be_answered(teacher):
    appointment = factories.an_appointment(teacher, state="withdrawn")
    client = client_of(teacher.user)
    page = client.get("/teaching/availability/").text
    assert "Withdrawn by the office." in page
    assert "Decline" not in page
    form = {"state": "confirmed", "minutes": appointment.minutes}
    answer = client.post(reverse("courses:answer_appointment", args=[appointment.pk]), form)
    assert (answer.status_code, "has withdrawn what it asked" in answer.text) == (409, True)


def test_a_declined_appointment_waits_for_the_office_while_somebody_counts_on_it(teacher, office):
    session = factories.a_session(starts_at=NINE, instructors=[teacher])
    refused = factories.an_appointment(teacher, session.cohort, state="declined", answered_at=AT)
    planned = factories.an_appointment(factories.an_instructor(), state="declined", answered_at=AT)
    draft = factories.a_timetable_draft(planned.cohort)
    factories.a_drafted_session(draft, instructors=[planned.instructor])
    factories.an_appointment(factories.an_instructor(), state="declined", answered_at=AT)
    factories.an_appointment(teacher)
    assert set(unfilled(AT)) == {refused, planned}
    assert set(unfilled(NINE)) == {planned}
    type(draft).objects.update(state="dropped", closed_at=AT)
    assert set(unfilled(AT)) == {refused}
    home = client_of(office).get("/home/")
    assert home.context["home"].unfilled == 1
    listed = client_of(office).get(reverse("admin:courses_appointment_changelist"), {"unfilled": "yes"})
    assert list(listed.context["cl"].queryset) == [refused]


HIT = {"": [2, 5, 4, 2, 4, 0, 6], "morning": [1, 4, 3, 1, 2, 0, 4], "afternoon": [1, 3, 2, 2, 3, 0, 4]}
LENGTHS = {20: (9, 240), 21: (9, 300), 22: (12, 60), 24: (12, 61), 27: (13, 240), 28: (20, 300)}


@pytest.mark.parametrize("half", ["", "morning", "afternoon"])
def test_all_that_is_hit_is_what_each_absence_and_closure_hits(teacher, half):
    """At the edges of the halves and past midnight: the query and the rule say the same."""
    hub, room = factories.a_hub(), factories.a_room()
    cohorts = [factories.a_cohort(hub=hub), factories.a_cohort()]
    for day, (hour, minutes) in LENGTHS.items():
        factories.a_session(
            cohorts[day % 2],
            starts_at=rome(2022, 1, day, hour),
            minutes=minutes,
            instructors=[teacher] if day < 28 else [],
            rooms=[room] if hour > 9 else [],
        )
    days = {"half": half, "starts_on": date(2022, 1, 20), "ends_on": date(2022, 1, 28)}
    found = []
    for make in (
        partial(factories.an_absence, teacher, weekday=3),
        partial(factories.an_absence, teacher),
        partial(factories.a_closure, hub=hub),
        partial(factories.a_closure, cohort=cohorts[1]),
        partial(factories.a_closure, room=room),
        partial(factories.a_closure, hub=hub, cohort=cohorts[1]),
        factories.a_closure,
    ):
        away = make(**days)
        found.append({one.pk for one in hit_by(away, AT)})
        assert {one.pk for one in hit(AT)} == found[-1]
        away.delete()
    assert [len(those) for those in found] == HIT[half]
    assert not hit(AT).exists()


def test_the_office_reads_at_home_what_an_absence_leaves_to_do(teacher, office):
    session = factories.a_session(starts_at=NINE, instructors=[teacher])
    factories.a_session(starts_at=NINE, instructors=[factories.an_instructor()])
    factories.an_absence(teacher)
    client = client_of(office)
    page = client.get("/home/")
    assert page.context["home"].hit == 1
    listed = client.get(reverse("admin:courses_session_changelist"), {"hit": "yes"})
    assert [one.pk for one in listed.context["cl"].queryset] == [session.pk]
    assert set(hit(NINE)) == set()
