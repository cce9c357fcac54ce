"""A call's scheme, and the office's page of a call."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.actions.calls import adopt_standard_scheme
from enrollment.admin.pipeline import pipeline_of
from enrollment.models import Call, InterviewSlot, Phase
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

NOW = rome(2021, 12, 16, 9)


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(name: str = "change", *args) -> str:
    return reverse(f"admin:enrollment_call_{name}", args=args)


def adopt(call: Call) -> Call:
    return adopt_standard_scheme(call=call, by=None, at=NOW)


def maxima(call: Call, phase: str) -> list[int]:
    return list(call.criteria.filter(phase=phase).values_list("maximum", flat=True))


def test_the_standard_scheme_is_60_points_for_documents_and_40_for_the_interview():
    call = adopt(factories.a_call())
    assert maxima(call, Phase.DOCUMENTS) == [30, 15, 5, 10]
    assert maxima(call, Phase.INTERVIEW) == [8] * 5
    documents = list(call.documents.values_list("title_en", "required", "judged"))
    assert documents == [
        ("Curriculum vitae", True, True),
        ("Identity document", True, False),
        ("Degree certificate", False, True),
    ]


def test_the_standard_scheme_is_put_in_once_and_only_where_there_is_none():
    call = adopt(adopt(factories.a_call()))
    assert (call.criteria.count(), call.documents.count()) == (9, 3)
    own = factories.a_scored_call()
    adopt(own)
    assert (own.criteria.count(), own.documents.count()) == (2, 3)


def a_form(**changes) -> dict:
    form = {"opens_at_0": "2021-10-29", "opens_at_1": "09:00", "closes_at_0": "2021-12-03"}
    form |= {"closes_at_1": "14:00", "minimum": 20, "suitable_from": 50, "reserve_days": 10}
    return form | changes


def test_a_new_call_begins_with_the_standard_scheme(office):
    cohort = factories.a_cohort()
    assert office.post(page("add"), a_form(cohort=cohort.pk)).status_code == 302
    assert (cohort.call.criteria.count(), cohort.call.documents.count()) == (9, 3)


def test_a_call_must_close_after_it_opens(office):
    response = office.post(page("add"), a_form(cohort=factories.a_cohort().pk, closes_at_0="2021-10-01"))
    assert response.status_code == 422
    assert "The call must close after it opens." in response.text
    assert not Call.objects.exists()


def test_a_button_puts_the_scheme_into_a_call_without_one(office):
    call = factories.a_call()
    assert page("scheme", call.pk) in office.get(page("change", call.pk)).text
    office.post(page("scheme", call.pk))
    assert call.criteria.count() == 9
    assert page("scheme", call.pk) not in office.get(page("change", call.pk)).text


def lines(call: Call, **changes) -> dict:
    """The form of a call as its page shows it."""
    form = a_form() | {"refills_until": "", "requirements_it": "", "requirements_en": ""}
    rows = {
        "criteria": (call.criteria.all(), ["phase", "position", "title_it", "title_en", "maximum"]),
        "documents": (call.documents.all(), ["position", "title_it", "title_en"]),
    }
    for prefix, (things, names) in rows.items():
        form |= {f"{prefix}-TOTAL_FORMS": len(things), f"{prefix}-INITIAL_FORMS": len(things)}
        for number, thing in enumerate(things):
            form |= {f"{prefix}-{number}-{name}": getattr(thing, name) for name in names}
            form |= {f"{prefix}-{number}-id": thing.pk, f"{prefix}-{number}-call": call.pk}
    return form | changes


def test_criteria_are_changed_on_the_page_of_the_call(office):
    call = factories.a_scored_call()
    assert office.post(page("change", call.pk), lines(call, **{"criteria-0-maximum": 50})).status_code == 302
    assert maxima(call, Phase.DOCUMENTS) == [50]


def test_criteria_stay_once_the_committee_has_begun_and_the_page_says_so(office):
    call = factories.a_scored_call()
    application = factories.an_application(cohort=call.cohort, state="eligible")
    factories.a_score_sheet(application, factories.a_member(call.cohort), 41)
    response = office.post(page("change", call.pk), lines(call, **{"criteria-0-maximum": 50}))
    assert response.status_code == 422
    assert "The committee has begun to score: the criteria stay as they are." in response.text
    assert maxima(call, Phase.DOCUMENTS) == [60]


def test_every_field_of_the_lines_has_a_label(office):
    call = adopt(factories.a_call())
    text = office.get(page("change", call.pk)).text
    seen = r'<(?:input|select)(?![^>]*type="hidden")[^>]*id="(id_(?:criteria|documents)-[^"]+)"'
    fields = re.findall(seen, text)
    assert len(fields) > 9 * 6
    assert [field for field in fields if f'for="{field}"' not in text] == []


def a_busy_call(applications: int) -> Call:
    call = factories.a_scored_call(cohort=factories.a_cohort(seats=5), minimum=4)
    for state in ("submitted", "eligible", "excluded", "draft"):
        for _ in range(applications):
            make = factories.a_draft if state == "draft" else factories.an_application
            make(cohort=call.cohort, state=state)
    factories.an_offer(factories.an_application(cohort=call.cohort, state="admitted"))
    factories.an_enrollment(cohort=call.cohort)
    interviewed = factories.an_application(cohort=call.cohort, state="eligible")
    slot = factories.a_slot(call, starts_at=NOW - timedelta(hours=1))
    chosen = {"application": interviewed, "chosen_at": NOW - timedelta(days=2)}
    InterviewSlot.objects.filter(pk=slot.pk).update(**chosen)
    return call


def test_the_page_of_a_call_counts_what_there_is_and_what_waits(office, time_machine):
    time_machine.move_to(NOW)
    call = a_busy_call(2)
    factories.a_member(call.cohort)
    factories.a_slot(call, starts_at=NOW + timedelta(days=5))
    lapsed = factories.an_application(cohort=call.cohort, state="renounced")
    deadline = rome(2021, 12, 15, 14)
    factories.an_offer(
        lapsed, state="lapsed", made_at=NOW - timedelta(days=9), deadline=deadline, answered_at=deadline
    )
    pipeline = office.get(page("change", call.pk)).context["pipeline"]
    assert {str(count.label): count.number for count in pipeline.states} == {
        "draft": 2,
        "received": 2,
        "admissible": 3,
        "admitted": 1,
        "excluded": 2,
        "renounced the place": 1,
    }
    assert [count.number for count in pipeline.seats] == [5, 1, 1, 3, 4]
    assert pipeline.next_deadline == rome(2021, 12, 23, 14)
    assert {str(count.label): count.number for count in pipeline.waiting} == {
        "Applications to check": 2,
        "Interview times still to be offered": 1,
        "Interviews without an outcome": 1,
        "Members of the committee still to be named": 1,
        "Participation agreement still to be written": 1,
    }
    factories.an_agreement()
    waiting = office.get(page("change", call.pk)).context["pipeline"].waiting
    assert "Participation agreement still to be written" not in {str(count.label) for count in waiting}


def test_a_free_seat_with_somebody_waiting_waits_for_the_office(office, time_machine):
    time_machine.move_to(NOW)
    call = factories.a_scored_call(cohort=factories.a_cohort(seats=1))

    def to_offer() -> list[int]:
        waiting = office.get(page("change", call.pk)).context["pipeline"].waiting
        return [count.number for count in waiting if count.label == "Offer the free seats"]

    assert to_offer() == []
    for _ in range(2):
        waiting = factories.an_application(cohort=call.cohort, state="on_reserve")
    assert to_offer() == [1]
    time_machine.move_to(rome(2022, 1, 14, 9))  # the day after the first: freed seats stay free
    assert to_offer() == []
    time_machine.move_to(NOW)
    factories.an_offer(waiting)
    assert to_offer() == []


def test_every_count_leads_to_the_list_of_what_it_counted(office, time_machine):
    time_machine.move_to(NOW)
    call, elsewhere = a_busy_call(2), a_busy_call(1)
    pipeline = pipeline_of(call, NOW)
    lists = [
        count for count in (*pipeline.states, *pipeline.seats, *pipeline.waiting) if "?" in count.address
    ]
    counted = [count for count in lists if "/add/" not in count.address]
    assert len(counted) == 8
    for count in counted:
        assert office.get(count.address).context["cl"].result_count == count.number
    for count in lists:
        assert office.get(count.address).status_code == 200
    assert elsewhere.pk != call.pk


def test_a_call_costs_as_much_for_many_applications_as_for_few(office, time_machine):
    time_machine.move_to(NOW)

    def cost(call: Call) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert office.get(page("change", call.pk)).status_code == 200
        return len(captured)

    assert cost(a_busy_call(1)) == cost(a_busy_call(10))
