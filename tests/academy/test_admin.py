"""Editions at a glance, accounts without a way up, notices that leave again."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from academy.models import Notice, User
from courses.models import Cohort
from enrollment.models import Offer
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(app: str, model: str, name: str = "change", *args) -> str:
    return reverse(f"admin:{app}_{model}_{name}", args=args)


def an_edition(cohort: Cohort, **changes) -> dict:
    names = ("code", "starts_on", "ends_on", "seats", "choice_hours")
    facts = {name: getattr(cohort, name) for name in names}
    return facts | {"hub": cohort.hub_id, "programme": cohort.programme_id, "listed": "on"} | changes


def test_an_edition_says_how_it_stands(office, time_machine):
    time_machine.move_to(factories.rome(2022, 1, 20, 18))
    cohort = factories.a_cohort(seats=3)
    factories.an_enrollment(cohort=cohort)
    factories.an_application(cohort=cohort)
    factories.a_session(cohort, starts_at=factories.rome(2022, 1, 20, 9))
    factories.a_session(cohort, starts_at=factories.rome(2022, 1, 21, 9))
    standing = office.get(page("courses", "cohort", "change", cohort.pk)).context["standing"]
    assert (standing["taken"], standing["left"]) == (1, 2)
    hours = [(block.code, *figures) for block, *figures in standing["hours"]]
    assert hours == [("A", "5 h", "0 h", "0 h"), ("B", "25 h", "8 h", "4 h"), ("V", "8 h", "0 h", "0 h")]
    assert standing["total"] == ("30 h", "8 h", "4 h")
    assert {address: count for address, _, count in standing["links"]} == {
        f"{page('courses', 'session', 'changelist')}?cohort__id__exact={cohort.pk}": 2,
        f"{page('courses', 'timetabledraft', 'changelist')}?cohort__id__exact={cohort.pk}": 0,
        f"{page('courses', 'timetablerelease', 'changelist')}?cohort__id__exact={cohort.pk}": 0,
        f"{page('enrollment', 'application', 'changelist')}?cohort__id__exact={cohort.pk}": 1,
        f"{page('enrollment', 'enrollment', 'changelist')}?cohort__id__exact={cohort.pk}": 1,
        f"{page('assessments', 'moduletest', 'changelist')}?cohort__id__exact={cohort.pk}": 0,
    }


def test_the_ways_from_an_edition_lead_to_its_own_things(office):
    application = factories.an_application()
    factories.an_application()
    standing = office.get(page("courses", "cohort", "change", application.cohort_id)).context["standing"]
    for address, _, count in standing["links"]:
        assert office.get(address).context["cl"].result_count == count


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"seats": 1}, "More seats than that are taken or offered: their number cannot go below."),
        ({"ends_on": "2022-01-15"}, "Some sessions would fall outside"),
        ({"ends_on": "2022-01-01"}, "The last day must come after the first."),
    ],
)
def test_an_edition_cannot_shrink_below_what_it_holds(office, change, sentence):
    cohort = factories.a_cohort(seats=2)
    for _ in range(2):
        factories.an_enrollment(cohort=cohort)
    factories.a_session(cohort, starts_at=factories.rome(2022, 1, 20, 9))
    response = office.post(page("courses", "cohort", "change", cohort.pk), an_edition(cohort, **change))
    assert response.status_code == 422
    assert sentence in response.text
    after = Cohort.objects.get(pk=cohort.pk)
    assert (after.seats, after.ends_on) == (2, cohort.ends_on)


def test_more_seats_are_offered_at_once_and_fewer_stop_at_those_taken(office, time_machine):
    time_machine.move_to(factories.rome(2021, 12, 20, 10), tick=False)
    cohort = factories.a_cohort(seats=1)
    factories.an_enrollment(cohort=cohort)
    waiting = [factories.an_application(cohort=cohort, state="on_reserve") for _ in range(2)]
    factories.a_ranking(factories.a_call(cohort=cohort), *waiting)
    seats = page("courses", "cohort", "seats", cohort.pk)

    assert office.post(seats, {"seats": 2}).status_code == 302
    assert Offer.objects.open().get().application == waiting[0]
    refused = office.post(seats, {"seats": 1})

    assert refused.status_code == 422
    assert "Seats taken or offered: 2. There cannot be fewer." in refused.text
    assert 'value="1"' in refused.text
    assert Cohort.objects.get(pk=cohort.pk).seats == 2


def test_a_seat_left_by_a_revoked_offer_is_offered_when_the_office_says_so(office, time_machine):
    time_machine.move_to(factories.rome(2021, 12, 20, 10), tick=False)
    cohort = factories.a_cohort(seats=1)
    waiting = factories.an_application(cohort=cohort, state="on_reserve")
    factories.a_ranking(factories.a_call(cohort=cohort), waiting)
    scroll = page("courses", "cohort", "scroll", cohort.pk)

    assert scroll in office.get(page("courses", "cohort", "change", cohort.pk)).text
    assert office.post(scroll).status_code == 302
    assert Offer.objects.open().get().application == waiting
    assert scroll not in office.get(page("courses", "cohort", "change", cohort.pk)).text
    assert office.post(scroll).status_code == 422


def test_saving_an_edition_writes_only_what_was_changed(office):
    cohort = factories.a_cohort()
    with CaptureQueriesContext(connection) as captured:
        office.post(page("courses", "cohort", "change", cohort.pk), an_edition(cohort, seats=31))
    [update] = [query["sql"] for query in captured if query["sql"].startswith('UPDATE "courses_cohort"')]
    assert update.startswith('UPDATE "courses_cohort" SET "seats" = 31 WHERE')


def test_the_office_opens_an_account_without_a_password(office):
    form = {"email": " Ada.Colombo@Example.ORG ", "name": "Ada Colombo", "language": "it", "is_active": "on"}
    assert office.post(page("academy", "user", "add"), form).status_code == 302
    person = User.objects.get(name="Ada Colombo")
    assert person.email == "ada.colombo@example.org"
    assert not person.has_usable_password()
    response = office.post(page("academy", "user", "add"), form | {"email": "ADA.colombo@example.org"})
    assert response.status_code == 422
    assert User.objects.filter(name="Ada Colombo").count() == 1


FORGED = {
    "name": "Altro Nome",
    "email": "mine@example.org",
    "language": "it",
    "is_active": "on",
    "is_staff": "on",
    "is_superuser": "on",
    "groups": [1],
    "user_permissions": [1],
    "password": "mobilita-2022",
}


def test_nobody_gives_rights_but_a_superuser(office):
    person = factories.a_person()
    response = office.get(page("academy", "user", "change", person.pk))
    assert set(response.context["adminform"].form.fields) == {"name", "language", "is_active"}
    office.post(page("academy", "user", "change", person.pk), FORGED)
    after = User.objects.get(pk=person.pk)
    assert (after.name, after.email, after.password) == ("Altro Nome", person.email, person.password)
    assert (after.is_staff, after.is_superuser, after.groups.count()) == (False, False, 0)
    office.post(page("academy", "user", "add"), FORGED)
    assert not User.objects.get(email="mine@example.org").is_staff


def test_colleagues_and_oneself_are_out_of_reach(office):
    for colleague in (
        User.objects.get(is_staff=True),
        factories.a_person(is_staff=True),
        factories.a_person(is_superuser=True),
    ):
        assert office.post(page("academy", "user", "change", colleague.pk), FORGED).status_code == 403
        after = User.objects.get(pk=colleague.pk)
        assert (after.name, after.is_superuser) == (colleague.name, colleague.is_superuser)


def test_a_superuser_gives_rights(client):
    client.force_login(factories.a_person(is_staff=True, is_superuser=True))
    person, group = factories.a_person(), factories.set_up_office()
    form = {"name": person.name, "language": "it", "is_active": "on", "is_staff": "on", "groups": [group.pk]}
    assert client.post(page("academy", "user", "change", person.pk), form).status_code == 302
    assert User.objects.get(pk=person.pk).has_perm("assessments.change_score")


def test_accounts_are_not_deleted_by_the_office(office):
    person = factories.a_person()
    assert office.post(page("academy", "user", "delete", person.pk), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


def test_no_filter_asks_for_a_password(office, logged_errors):
    accounts = page("academy", "user", "changelist")
    assert office.get(accounts, {"name__startswith": "A"}).status_code == 200
    assert office.get(accounts, {"password__startswith": "a"}).status_code == 400
    assert "password__startswith" in logged_errors.pop().getMessage()


def test_a_parked_notice_leaves_again(office):
    notice = factories.a_notice(state="parked", attempts=5)
    address = page("academy", "notice", "again", notice.pk)
    assert address in office.get(page("academy", "notice", "change", notice.pk)).text
    assert office.post(address).status_code == 302
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("due", 0)


def test_a_sent_notice_does_not_leave_again(office):
    sent, parked = factories.a_notice(state="sent"), factories.a_notice(state="parked")
    chosen = {"action": "send_all_again", "_selected_action": [sent.pk, parked.pk]}
    response = office.post(page("academy", "notice", "changelist"), chosen, follow=True)
    assert "Only a notice that is parked or was refused can be sent again." in response.text
    assert dict(Notice.objects.values_list("pk", "state")) == {sent.pk: "sent", parked.pk: "due"}


def test_notices_are_found_by_kind_state_and_person(office):
    wanted = factories.a_notice(state="parked")
    factories.a_notice(kind="score_published", state="sent")
    for query in ("?kind=session_tomorrow", "?state__exact=parked", f"?q={wanted.user.email}"):
        found = office.get(page("academy", "notice", "changelist") + query).context["cl"].result_list
        assert list(found) == [wanted]


def test_who_got_an_account_from_the_office_signs_in_by_code(office):
    form = {"email": "ada@example.org", "name": "Ada Colombo", "language": "it", "is_active": "on"}
    office.post(page("academy", "user", "add"), form)
    ada = Client()
    ada.post(reverse("account_request_login_code"), {"email": "ada@example.org"})
    [letter] = mail.outbox
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", letter.body, re.MULTILINE)[1]
    ada.post(reverse("account_confirm_login_code"), {"code": code})
    assert ada.session["_auth_user_id"] == str(User.objects.get(name="Ada Colombo").pk)
