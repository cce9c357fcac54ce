"""The office ends places, offers interviews and seats, keeps agreements and invites employers."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.access import nomination_code
from enrollment.models import Agreement, Application, Enrollment, Interest, InterviewSlot, Nomination, Offer
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

NOW = rome(2021, 12, 1, 9)


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(model: str, name: str = "change", *args) -> str:
    return reverse(f"admin:enrollment_{model}_{name}", args=args)


@pytest.mark.parametrize("state", ["completed", "withdrawn", "forfeited", "excluded"])
def test_a_place_ends_with_a_day_and_frees_its_seat_unless_completed(office, state):
    enrollment = factories.an_enrollment()
    address = page("enrollment", "end", enrollment.pk)
    end = {"state": state, "on": "2022-03-01", "reason": "Assenze."}
    without = office.post(address, end | {"reason": ""})
    assert (without.status_code == 302) == (state == "completed")
    assert ("Write down why the place ends." in without.text) == (state != "completed")
    assert office.post(address, end).status_code == 302
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.ends_on) == (state, date(2022, 3, 1))
    assert Enrollment.objects.live().exists() == (state == "completed")
    assert address not in office.get(page("enrollment", "change", enrollment.pk)).text


def test_before_the_start_one_renounces_and_after_it_one_withdraws(office):
    enrollment = factories.an_enrollment()
    address = page("enrollment", "end", enrollment.pk)
    late = office.post(address, {"state": "renounced", "on": "2022-03-01"})
    early = office.post(address, {"state": "withdrawn", "on": "2022-01-10", "reason": "Cambio lavoro."})
    assert (late.status_code, early.status_code) == (422, 422)
    assert "The edition has begun: whoever leaves now withdraws." in late.text
    assert "The edition has not begun: whoever leaves now renounces." in early.text
    assert office.post(address, {"state": "renounced", "on": "2022-01-10"}).status_code == 302
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.ends_on) == ("renounced", date(2022, 1, 10))


@pytest.mark.parametrize("state", ["forfeited", "excluded"])
def test_the_office_enters_a_forfeiture_and_an_exclusion_also_before_the_first_day(office, state):
    enrollment = factories.an_enrollment()
    end = {"state": state, "on": "2022-01-10", "reason": "Ha perso il requisito."}
    assert office.post(page("enrollment", "end", enrollment.pk), end).status_code == 302
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.ends_on) == (state, date(2022, 1, 10))
    assert not Enrollment.objects.members_on(date(2022, 1, 13)).exists()


def test_a_place_does_not_end_without_a_day(office):
    enrollment = factories.an_enrollment()
    response = office.post(page("enrollment", "end", enrollment.pk), {"state": "withdrawn", "on": "ieri"})
    assert response.status_code == 422
    enrollment.refresh_from_db()
    assert enrollment.state == "active"


def test_of_a_place_only_how_it_is_attended_is_written_by_hand(office):
    enrollment = factories.an_enrollment()
    hub = factories.a_room().hub
    written = {"auditor": "on", "access": "remote", "hub": hub.pk}
    forged = written | {"state": "completed", "starts_on": "2020-01-01", "employer": "Altro"}
    office.post(page("enrollment", "change", enrollment.pk), forged)
    after = Enrollment.objects.get(pk=enrollment.pk)
    assert (after.auditor, after.access, after.hub) == (True, "remote", hub)
    untouched = "state", "starts_on", "employer"
    assert [getattr(after, name) for name in untouched] == [getattr(enrollment, name) for name in untouched]


def a_series(call, **changes) -> dict:
    form = {"call": call.pk, "starts_at_0": "2021-12-09", "starts_at_1": "09:00", "minutes": 20}
    return form | {"number": 3, "where": "Aula 1"} | changes


def test_a_series_of_interviews_is_offered_at_once(office, time_machine):
    time_machine.move_to(NOW, tick=False)
    call = factories.a_call()
    offered = office.post(page("interviewslot", "add"), a_series(call), follow=True)
    assert "3 interviews are offered." in offered.text
    starts = [rome(2021, 12, 9, 9) + timedelta(minutes=20 * n) for n in range(3)]
    assert list(InterviewSlot.objects.values_list("starts_at", flat=True)) == starts
    assert set(InterviewSlot.objects.values_list("offered_at", flat=True)) == {NOW}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts_at_0": "2021-12-04"}, "An interview is offered at least four days before."),
        ({"number": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"starts_at_1": "09:10"}, "There is already an interview at this time and place."),
    ],
)
def test_interviews_that_cannot_be_are_not_offered(office, time_machine, change, sentence):
    time_machine.move_to(NOW)
    call = factories.a_call()
    office.post(page("interviewslot", "add"), a_series(call, number=1))
    response = office.post(page("interviewslot", "add"), a_series(call, **change))
    assert response.status_code == 422
    assert sentence in response.text
    assert InterviewSlot.objects.count() == 1


def a_chosen_slot() -> InterviewSlot:
    application = factories.an_application(cohort=factories.a_call().cohort, state="eligible")
    slot = factories.a_slot(application.cohort.call, starts_at=rome(2021, 12, 15, 10))
    InterviewSlot.objects.filter(pk=slot.pk).update(application=application, chosen_at=NOW)
    return InterviewSlot.objects.get(pk=slot.pk)


def test_a_free_interview_can_be_taken_back_and_a_chosen_one_cannot(office):
    chosen = a_chosen_slot()
    free = factories.a_slot(chosen.call)
    for slot in (free, chosen):
        office.post(page("interviewslot", "delete", slot.pk), {"post": "yes"})
    assert list(InterviewSlot.objects.all()) == [chosen]


@pytest.mark.parametrize(
    ("turnout", "state", "ground"), [("held", "eligible", ""), ("absent", "excluded", "absent")]
)
def test_what_came_of_an_interview_is_written_down_once_it_has_begun(
    office, time_machine, turnout, state, ground
):
    slot = a_chosen_slot()
    address = page("interviewslot", turnout, slot.pk)
    time_machine.move_to(slot.starts_at - timedelta(minutes=1))
    assert address not in office.get(page("interviewslot", "change", slot.pk)).text
    assert office.post(address).status_code == 422
    time_machine.move_to(slot.starts_at)
    assert address in office.get(page("interviewslot", "change", slot.pk)).text
    assert office.post(address).status_code == 302
    slot.refresh_from_db()
    assert (slot.turnout, slot.application.state, slot.application.ground) == (turnout, state, ground)


def test_the_outcome_of_an_interview_is_not_asked_of_an_application_no_longer_judged(office, time_machine):
    slot = a_chosen_slot()
    time_machine.move_to(slot.starts_at)
    pages = page("interviewslot", "change", slot.pk), page("application", "change", slot.application_id)
    asked = page("interviewslot", "absent", slot.pk), page("application", "turnout", slot.application_id)

    def buttons() -> list[bool]:
        return [address in office.get(shown).text for shown, address in zip(pages, asked, strict=True)]

    assert buttons() == [True, True]
    type(slot.application).objects.filter(pk=slot.application_id).update(state="not_suitable")
    assert buttons() == [False, False]


def test_an_absence_written_down_by_mistake_is_set_right_with_a_reason(office, time_machine):
    slot = a_chosen_slot()
    time_machine.move_to(slot.starts_at)
    office.post(page("interviewslot", "absent", slot.pk))
    assert office.post(page("interviewslot", "held", slot.pk)).status_code == 422
    office.post(page("interviewslot", "held", slot.pk), {"reason": "Era nella stanza accanto"})
    slot.refresh_from_db()
    assert (slot.turnout, slot.application.state) == ("held", "eligible")
    assert slot.application.passages.get(before="excluded").reason == "Era nella stanza accanto"


def test_of_many_interviews_those_held_are_written_down_at_once(office, time_machine):
    came, missed = a_chosen_slot(), a_chosen_slot()
    free = factories.a_slot(came.call, starts_at=came.starts_at - timedelta(hours=1))
    time_machine.move_to(came.starts_at)
    office.post(page("interviewslot", "absent", missed.pk))
    sent = {"action": "record_all_held", "_selected_action": [came.pk, missed.pk, free.pk]}

    text = office.post(page("interviewslot", "changelist"), sent, follow=True).text

    turnouts = InterviewSlot.objects.order_by("pk").values_list("turnout", flat=True)
    assert list(turnouts) == ["held", "absent", ""]
    assert "Done: 1." in text
    for slot, sentence in (
        (missed, "Say why the exclusion is lifted."),
        (free, "Nobody has chosen this interview."),
    ):
        assert f"{slot}: {sentence}" in text


def test_an_open_offer_is_taken_back_with_a_reason(office):
    offer = factories.an_offer()
    address = page("offer", "revoke", offer.pk)
    assert address in office.get(page("offer", "change", offer.pk)).text
    assert office.post(address, {"reason": " "}).status_code == 422
    assert Offer.objects.get().state == "open"
    office.post(address, {"reason": "Un errore nei punteggi"})
    assert (Offer.objects.get().state, Application.objects.get().state) == ("revoked", "on_reserve")
    assert address not in office.get(page("offer", "change", offer.pk)).text


def test_an_offer_is_not_written_by_hand(office):
    offer = factories.an_offer()
    office.post(page("offer", "change", offer.pk), {"state": "accepted", "deadline_0": "2030-01-01"})
    assert Offer.objects.get() == offer
    assert (Offer.objects.get().state, Offer.objects.get().deadline) == ("open", offer.deadline)


def an_agreement(**changes) -> dict:
    form = {"kind": "participation", "required": "on", "in_force_from_0": "2022-01-01"}
    form |= {"in_force_from_1": "00:00", "title_it": "Patto", "title_en": "Pact"}
    return form | {"text_it": "Prometto.", "text_en": "I promise."} | changes


def test_an_agreement_gets_a_new_version_and_never_changes(office):
    first = factories.an_agreement()
    office.post(page("agreement", "add"), an_agreement())
    second = Agreement.objects.get(version=2)
    assert (second.kind, second.text_it) == ("participation", "Prometto.")
    for forbidden in ("change", "delete"):
        assert office.post(page("agreement", forbidden, first.pk), an_agreement()).status_code == 403
    assert Agreement.objects.get(pk=first.pk).text_it == first.text_it


def test_an_employer_is_invited_and_its_code_renewed(office, time_machine):
    time_machine.move_to(NOW, tick=False)
    nomination = factories.a_nomination(contact=factories.a_person())
    code = nomination_code(nomination)
    assert code in office.get(page("nomination", "change", nomination.pk)).text
    office.post(page("nomination", "invite", nomination.pk))
    assert Nomination.objects.get().invited_at == timezone.now()
    assert (
        page("nomination", "invite", nomination.pk)
        not in office.get(page("nomination", "change", nomination.pk)).text
    )
    office.post(page("nomination", "renew", nomination.pk))
    renewed = Nomination.objects.get()
    assert nomination_code(renewed) != code
    assert (renewed.code_version, renewed.invited_at) == (1, timezone.now())


def test_nobody_is_invited_where_there_is_no_contact(office):
    nomination = factories.a_nomination()
    assert office.post(page("nomination", "invite", nomination.pk)).status_code == 422
    office.post(page("nomination", "renew", nomination.pk))
    assert Nomination.objects.get().invited_at is None


def test_an_address_is_taken_off_the_list_of_the_next_call(office):
    wanted = Interest.objects.create(email="ada@example.org", asked_at=NOW)
    assert office.post(page("interest", "change", wanted.pk), {"email": "b@example.org"}).status_code == 403
    office.post(page("interest", "delete", wanted.pk), {"post": "yes"})
    assert not Interest.objects.exists()


def test_members_of_the_committee_are_named_by_their_address_and_stay_who_they_are(office):
    cohort, person, other = factories.a_cohort(), factories.a_person(), factories.a_person()
    form = {"cohort": cohort.pk, "kind": "committee", "user": person.email.upper(), "organisation": ""}
    assert office.post(reverse("admin:courses_role_add"), form).status_code == 302
    role = cohort.roles.get()
    assert (role.user, role.kind) == (person, "committee")
    employer = factories.an_organisation()
    change = form | {"user": other.email, "organisation": employer.pk}
    office.post(reverse("admin:courses_role_change", args=[role.pk]), change)
    role.refresh_from_db()
    assert (role.user, role.organisation) == (person, employer)


def test_an_address_without_an_account_is_named_in_the_form(office):
    nomination = factories.a_nomination(contact=factories.a_person())
    address = page("nomination", "change", nomination.pk)
    assert office.get(address).context["adminform"].form["contact"].value() == nomination.contact.email
    response = office.post(address, {"places": 3, "contact": "nobody@example.org"})
    assert response.status_code == 422
    assert "Nobody has an account with this address. Add the person first." in response.text
    assert office.post(address, {"places": 3, "contact": ""}).status_code == 302
    assert (Nomination.objects.get().places, Nomination.objects.get().contact) == (3, None)
