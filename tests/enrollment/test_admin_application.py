"""An application on one page, what the office does with it, and what it does not see."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from enrollment.admin import application as page_of_applications
from enrollment.models import Application, Evaluation, InterviewSlot
from tests import factories
from tests.classroom import client_of
from tests.factories import rome

pytestmark = pytest.mark.django_db

NOW = rome(2021, 12, 16, 9)


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def call():
    return factories.a_scored_call()


def page(name: str = "change", *args) -> str:
    return reverse(f"admin:enrollment_application_{name}", args=args)


def listed(office, query: str = "") -> list[Application]:
    return list(office.get(page("changelist") + query).context["cl"].result_list)


def test_an_application_is_read_not_written(office):
    application = factories.an_application(motivation="Vengo in treno")
    response = office.get(page("change", application.pk))
    assert "Vengo in treno" in response.text
    assert response.context["adminform"].form.fields == {}
    forged = {"state": "admitted", "motivation": "Altro", "cohort": 1, "tax_code": "", "special_needs": "x"}
    office.post(page("change", application.pk), forged)
    after = Application.objects.get(pk=application.pk)
    assert (after.state, after.motivation, after.special_needs) == ("submitted", "Vengo in treno", "")
    assert after.tax_code == application.tax_code


def test_the_newest_edition_comes_first_and_in_it_who_applied_first(office):
    coming = factories.a_cohort(starts_on=rome(2022, 9, 8).date(), ends_on=rome(2023, 2, 11).date())
    second = factories.an_application(cohort=coming, submitted_at=rome(2021, 11, 3, 10))
    first = factories.an_application(cohort=coming)
    old = factories.an_application()
    assert listed(office) == [first, second, old]


def test_applications_are_found_by_name_number_and_filter(office):
    nomination = factories.a_nomination()
    wanted = factories.an_application(
        user=factories.a_person(name="Ada Colombo"),
        cohort=nomination.cohort,
        nomination=nomination,
        region="Puglia",
        number=77,
    )
    factories.an_application()
    queries = ("?q=colombo", "?q=77", "?region__exact=Puglia", "?nominated=yes")
    for query in (*queries, f"?cohort__id__exact={wanted.cohort_id}"):
        assert listed(office, query) == [wanted]
    assert wanted not in listed(office, "?nominated=no")
    assert len(listed(office, "?nominated=maybe")) == 2


def test_drafts_belong_to_the_applicant_alone(office):
    draft = factories.a_draft()
    assert listed(office) == []
    assert office.get(page("change", draft.pk)).status_code == 404


def test_the_page_holds_everything_that_hangs_on_an_application(office, call):
    member = factories.a_member(call.cohort)
    application = factories.an_application(cohort=call.cohort, state="draft", special_needs="Rampa")
    file = factories.a_file(application)
    Application.objects.filter(pk=application.pk).update(state="submitted")
    Application.objects.filter(pk=application.pk).update(state="eligible")
    slot = factories.a_slot(call, starts_at=rome(2021, 12, 15, 10))
    chosen = {"application": application, "chosen_at": rome(2021, 12, 10)}
    InterviewSlot.objects.filter(pk=slot.pk).update(**chosen)
    factories.a_score_sheet(application, member, 41)
    Application.objects.filter(pk=application.pk).update(state="admitted")
    offer = factories.an_offer(application)
    text = office.get(page("change", application.pk)).text
    for shown in (
        application.receipt,
        "Rampa",
        reverse("enrollment:file", args=[application.pk, file.pk]),
        f"{member.name}",
        "Criterion 1: 41",
        reverse("admin:enrollment_interviewslot_change", args=[slot.pk]),
        reverse("admin:enrollment_offer_change", args=[offer.pk]),
    ):
        assert shown in text
    states = [p.after for p in office.get(page("change", application.pk)).context["parts"]["passages"]]
    assert states == ["submitted", "eligible", "admitted"]


def test_the_tax_code_is_masked_and_shown_only_on_demand_and_on_record(office):
    application = factories.an_application()
    code = application.tax_code
    address = page("tax_code", application.pk)
    assert code not in office.get(page("changelist")).text
    text = office.get(page("change", application.pk)).text
    assert code not in text
    assert f"*************{code[-3:]}" in text
    assert address in text
    assert office.get(address).status_code == 302
    assert LogEntry.objects.count() == 0
    assert code in office.post(address).text
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user.is_staff) == (str(application.pk), True)
    assert entry.change_message == "The tax code was shown"


def test_without_the_right_nobody_sees_a_tax_code():
    reader = factories.a_person(is_staff=True)
    for right in ("view_application", "change_application"):
        reader.user_permissions.add(factories.permission("enrollment", right))
    application, client = factories.an_application(), client_of(reader)
    assert page("tax_code", application.pk) not in client.get(page("change", application.pk)).text
    assert client.post(page("tax_code", application.pk)).status_code == 403
    reader.user_permissions.add(factories.permission("enrollment", "identify_application"))
    assert application.tax_code in client_of(reader).post(page("tax_code", application.pk)).text


@pytest.mark.parametrize(
    "guess", ["tax_code__startswith", "special_needs__contains", "phone__gt", "evaluations__points__value"]
)
def test_no_filter_written_by_hand_guesses_what_is_hidden(office, logged_errors, guess):
    factories.an_application()
    assert office.get(page("changelist"), {"employer__startswith": "C"}).status_code == 200
    assert office.get(page("changelist"), {guess: "R"}).status_code == 400
    assert guess in logged_errors.pop().getMessage()


def a_colleague_in_the_committee(cohort):
    colleague = factories.somebody_of_the_office()
    cohort.roles.create(user=colleague, kind="committee")
    return colleague


def a_judged_application(call) -> Application:
    application = factories.an_application(
        cohort=call.cohort, state="eligible", special_needs="Rampa", phone="+39 011 0907"
    )
    factories.a_score_sheet(application, factories.a_member(call.cohort), 41)
    return application


def test_a_colleague_in_the_committee_is_blind_until_having_signed(call):
    application = a_judged_application(call)
    colleague = a_colleague_in_the_committee(call.cohort)
    client = client_of(colleague)
    page_before = client.get(page("change", application.pk))
    assert page_before.context["parts"]["sheets"] == []
    assert page_before.context["parts"]["hidden"] == 1
    assert "Criterio" not in page_before.text  # in either language
    factories.a_score_sheet(application, colleague, 30)
    sheets = client.get(page("change", application.pk)).context["parts"]["sheets"]
    assert sorted(total for _sheet, total in sheets) == [30, 41]


def test_the_rest_of_the_office_sees_signed_sheets_and_no_drafts(office, call):
    application = a_judged_application(call)
    Evaluation.objects.create(
        application=application, member=factories.a_member(call.cohort), phase="documents", remark="Bozza"
    )
    response = office.get(page("change", application.pk))
    assert [total for _sheet, total in response.context["parts"]["sheets"]] == [41]
    assert "Bozza" not in response.text


def test_control_without_the_rule_a_colleague_would_see_the_sheets(call, monkeypatch):
    application = a_judged_application(call)
    client = client_of(a_colleague_in_the_committee(call.cohort))
    monkeypatch.setattr(page_of_applications, "score_sheets_open_to", lambda _user: Evaluation.objects.all())
    sheets = client.get(page("change", application.pk)).context["parts"]["sheets"]
    assert [total for _sheet, total in sheets] == [41]


def test_who_judges_is_not_told_what_only_the_office_may_know(call):
    application = a_judged_application(call)
    client = client_of(a_colleague_in_the_committee(call.cohort))
    text = client.get(page("change", application.pk)).text
    for private in ("Rampa", "+39 011 0907", application.tax_code[-3:], page("tax_code", application.pk)):
        assert private not in text
    assert client.post(page("tax_code", application.pk)).status_code == 403
    elsewhere = a_judged_application(factories.a_scored_call())
    assert "Rampa" in client.get(page("change", elsewhere.pk)).text


def test_the_same_employer_is_flagged(office, call):
    employer = factories.an_organisation(name="Tramvia Futura S.p.A.")
    factories.a_member(call.cohort, organisation=employer)
    near = factories.an_application(cohort=call.cohort, employer="TRAMVIA FUTURA")
    far = factories.an_application(cohort=call.cohort, employer="Comune di Navilia")
    flags = {row.pk: office.get(page("change", row.pk)).text for row in (near, far)}
    assert "conflict of interest" in flags[near.pk]
    assert "conflict of interest" not in flags[far.pk]
    assert office.get(page("changelist")).text.count("conflict of interest") == 1


def test_the_employer_of_an_instructor_in_the_committee_counts_too(office, call):
    employer = factories.an_organisation(name="Interporto Collina")
    instructor = factories.an_instructor(organisation=employer)
    call.cohort.roles.create(user=instructor.user, kind="committee")
    factories.an_application(cohort=call.cohort, employer="Interporto Collina S.p.A.")
    assert "conflict of interest" in office.get(page("changelist")).text


def test_a_button_declares_an_application_admissible(office):
    application = factories.an_application()
    address = page("eligible", application.pk)
    assert address in office.get(page("change", application.pk)).text
    assert office.post(address).status_code == 302
    assert Application.objects.get().state == "eligible"
    assert address not in office.get(page("change", application.pk)).text


def test_documents_are_asked_for_once_with_a_day(office, call, time_machine):
    time_machine.move_to(rome(2021, 11, 20, 9))
    document = factories.a_document(call)
    other = factories.a_document(factories.a_call())
    application = factories.an_application(cohort=call.cohort)
    address = page("documents", application.pk)
    form = {"documents": [document.pk], "message": "Il curriculum è illeggibile"}
    form |= {"due_at_0": "2021-11-30", "due_at_1": "14:00"}
    assert office.post(address, form | {"documents": [other.pk]}).status_code == 422
    assert office.post(address, form | {"due_at_0": "2021-11-01"}).status_code == 422
    assert Application.objects.get(pk=application.pk).state == "submitted"
    assert office.post(address, form).status_code == 302
    application.refresh_from_db()
    assert application.state == "documents_asked"
    assert list(application.document_request.documents.all()) == [document]
    assert application.document_request.due_at == rome(2021, 11, 30, 14)
    text = office.get(page("change", application.pk)).text
    assert "Il curriculum è illeggibile" in text
    assert address not in text


def test_an_exclusion_has_a_ground_and_a_reason_and_can_be_lifted(office):
    application = factories.an_application()
    address = page("exclude", application.pk)
    assert office.post(address, {"ground": "requirements", "reason": ""}).status_code == 422
    assert office.post(address, {"ground": "because", "reason": "x"}).status_code == 422
    office.post(address, {"ground": "requirements", "reason": "Manca la laurea"})
    application.refresh_from_db()
    assert (application.state, application.ground) == ("excluded", "requirements")
    assert "Manca la laurea" in office.get(page("change", application.pk)).text
    assert office.post(page("reinstate", application.pk), {"reason": ""}).status_code == 422
    office.post(page("reinstate", application.pk), {"reason": "Ricorso accolto"})
    application.refresh_from_db()
    assert (application.state, application.ground) == ("eligible", "")


def test_what_came_of_the_interview_is_written_on_the_page_of_the_application(office, call, time_machine):
    application = factories.an_application(cohort=call.cohort, state="eligible")
    slot = factories.a_slot(call, starts_at=NOW)
    chosen = {"application": application, "chosen_at": NOW - timedelta(days=2)}
    InterviewSlot.objects.filter(pk=slot.pk).update(**chosen)
    address = page("turnout", application.pk)
    time_machine.move_to(NOW - timedelta(minutes=5))
    assert address not in office.get(page("change", application.pk)).text
    time_machine.move_to(NOW + timedelta(minutes=5))
    assert address in office.get(page("change", application.pk)).text
    assert office.post(address, {"turnout": "absent"}).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.ground) == ("excluded", "absent")


def test_an_offer_is_taken_back_on_the_page_of_the_application(office):
    application = factories.an_offer().application
    assert page("exclude", application.pk) not in office.get(page("change", application.pk)).text
    office.post(page("revoke", application.pk), {"reason": "Punteggi da rifare"})
    application.refresh_from_db()
    assert (application.state, application.offers.get().state) == ("on_reserve", "revoked")


def test_looking_at_a_button_does_nothing(office):
    application = factories.an_application()
    for act in page_of_applications.ApplicationAdmin.acts:
        assert office.get(page(act.name, application.pk)).status_code == 200
    assert Application.objects.get().state == "submitted"


@pytest.mark.parametrize("state", ["withdrawn", "enrolled", "renounced"])
def test_a_button_of_an_old_page_says_why_not(office, state):
    application = factories.an_application(state=state)
    filled = {"ground": "requirements", "reason": "x", "turnout": "held"}
    for act in page_of_applications.ApplicationAdmin.acts:
        response = office.post(page(act.name, application.pk), filled)
        assert (response.status_code, "Nothing was changed." in response.text) == (422, True)
    assert Application.objects.get().state == state


def chosen(action: str, *applications) -> dict:
    return {"action": action, "_selected_action": [application.pk for application in applications]}


def test_several_are_declared_admissible_and_those_refused_are_named(office):
    waiting = [factories.an_application() for _ in range(2)]
    withdrawn = factories.an_application(state="withdrawn")
    rows = chosen("declare_all_eligible", *waiting, withdrawn)
    response = office.post(page("changelist"), rows, follow=True)
    assert "Done: 2." in response.text
    assert f"{withdrawn}: Only an application waiting for the check" in response.text
    assert sorted(Application.objects.values_list("state", flat=True)) == ["eligible"] * 2 + ["withdrawn"]


def test_several_are_invited_by_offering_as_many_times(office, call):
    waiting = [factories.an_application(cohort=call.cohort, state="eligible") for _ in range(2)]
    response = office.post(page("changelist"), chosen("invite_to_interview", *waiting))
    assert response["Location"] == f"{reverse('admin:enrollment_interviewslot_add')}?call={call.pk}&number=2"
    form = office.get(response["Location"]).context["adminform"].form
    assert (form["call"].value(), form["number"].value()) == (str(call.pk), "2")


def test_people_of_two_editions_or_not_admissible_are_not_invited_together(office, call):
    one = factories.an_application(cohort=call.cohort, state="eligible")
    elsewhere = factories.an_application(cohort=factories.a_call().cohort, state="eligible")
    unchecked = factories.an_application(cohort=call.cohort)
    for other in (elsewhere, unchecked):
        response = office.post(page("changelist"), chosen("invite_to_interview", one, other), follow=True)
        assert "Choose admissible applications of one edition" in response.text


def test_who_may_only_read_does_nothing(client):
    reader = factories.a_person(is_staff=True)
    reader.user_permissions.add(factories.permission("enrollment", "view_application"))
    client.force_login(reader)
    application = factories.an_application()
    assert client.get(page("change", application.pk)).status_code == 200
    acts = [act.name for act in page_of_applications.ApplicationAdmin.acts]
    for act in acts:
        assert client.post(page(act, application.pk)).status_code == 403
    rows = chosen("declare_all_eligible", application)
    assert client.post(page("changelist"), rows).status_code == 403
    assert Application.objects.get().state == "submitted"
    assert len(acts) == 6


def test_the_state_filter_offers_what_can_be_listed(office, call):
    factories.a_draft(cohort=call.cohort)
    sent = factories.an_application(cohort=call.cohort, state="submitted")
    factories.an_application(cohort=call.cohort, state="eligible")
    text = office.get(page("changelist")).text
    assert "state__exact=eligible" in text
    assert "state__exact=draft" not in text
    assert listed(office, "?state__exact=submitted") == [sent]
