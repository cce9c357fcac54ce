"""Employers nominate people with a code: who may use it, how often one may guess, what the contact sees."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse

from enrollment.access import nomination_code, nomination_of_code, too_many_guesses
from enrollment.states import APPLICATION_PASSAGES
from enrollment.views.nomination import OUTCOMES
from tests.factories import (
    a_cohort,
    a_draft,
    a_nomination,
    a_person,
    a_tax_code,
    an_application,
    somebody_of_the_office,
)

pytestmark = pytest.mark.django_db


def test_a_code_is_short_readable_and_opens_its_own_nomination():
    nomination = a_nomination()
    other = a_nomination(cohort=nomination.cohort)
    code = nomination_code(nomination)
    assert re.fullmatch(rf"{nomination.pk}-[0-9A-HJKMNP-TV-Z]{{4}}-[0-9A-HJKMNP-TV-Z]{{4}}", code)
    assert nomination_of_code(code, a_draft(cohort=nomination.cohort)) == nomination
    assert nomination_code(other).partition("-")[2] != code.partition("-")[2]


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')}\n",
        lambda code: code.replace("-", "–"),
        lambda code: code.replace("0", "O").replace("1", "l"),
    ],
)
def test_a_code_is_understood_however_it_is_typed(typed):
    nomination = a_nomination()
    draft = a_draft(cohort=nomination.cohort)
    for nomination.code_version in range(9):  # among them some with 0 and 1
        nomination.save()
        assert nomination_of_code(typed(nomination_code(nomination)), draft) == nomination


def another_letter(code):
    return code[:-1] + ("0" if code[-1] != "0" else "2")


@pytest.mark.parametrize(
    "wrong",
    [
        another_letter,
        lambda code: code[:-1],
        lambda code: f"{code}0",
        lambda code: f"9{code}",
        lambda code: f"0{code}",
        lambda code: code.partition("-")[2],
        lambda code: code.replace("-", "٢", 1),
    ],
)
def test_a_code_with_one_wrong_letter_is_no_code(wrong):
    nomination = a_nomination()
    code = nomination_code(nomination)
    draft = a_draft(cohort=nomination.cohort)
    assert nomination_of_code(code, draft)
    assert nomination_of_code(wrong(code), draft) is None


@pytest.mark.parametrize(
    "typed", ["", "\0", f"{'9' * 18}-0000-0000", f"{'9' * 40}-0000-0000", "٢٢-0000-0000"]
)
def test_nonsense_is_no_code(typed):
    assert nomination_of_code(typed, a_draft()) is None


def test_a_code_renewed_for_another_edition_or_used_up_opens_nothing():
    nomination = a_nomination(places=1)
    code, draft = nomination_code(nomination), a_draft(cohort=nomination.cohort)
    assert nomination_of_code(code, a_draft(cohort=a_cohort())) is None
    taken = an_application(cohort=nomination.cohort, nomination=nomination)
    assert nomination_of_code(code, draft) is None
    assert nomination_of_code(code, taken) == nomination
    taken.state = "withdrawn"
    taken.save()
    assert nomination_of_code(code, draft) == nomination
    draft.nomination = nomination
    draft.save()  # the database, too, counts a place given back as free
    nomination.code_version += 1
    nomination.save()
    assert nomination_of_code(code, draft) is None
    assert nomination_of_code(nomination_code(nomination), draft) == nomination


def test_a_key_of_another_server_makes_other_codes(settings):
    nomination = a_nomination()
    code = nomination_code(nomination)
    settings.SECRET_KEY = "another"
    assert nomination_code(nomination) != code


def attempt(person):
    request = RequestFactory().post("/")
    request.user = person
    return too_many_guesses(request)


def test_whoever_guesses_is_stopped_after_a_handful_and_nobody_else_is():
    guesser = a_person()
    assert [attempt(guesser) for _ in range(1000)].count(False) == 8
    assert not attempt(a_person())


def test_only_people_with_an_account_have_guesses():
    with pytest.raises(Exception, match="anonymously"):
        attempt(AnonymousUser())


# What the contact sees


@pytest.fixture
def nomination():
    return a_nomination(places=3, contact=a_person(language="en"))


def address_of(nomination):
    return reverse("enrollment:nomination", args=[nomination.pk])


def page_of(nomination, person=None):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person or nomination.contact)
    return client.get(address_of(nomination))


def words_of(nomination):
    """The page as one reads it."""
    return " ".join(re.sub("<.*?>", " ", page_of(nomination).text.partition("<main")[2]).split())


def test_the_contact_finds_the_code_and_how_many_places_are_used(nomination):
    a_draft(cohort=nomination.cohort, nomination=nomination)
    an_application(cohort=nomination.cohort, nomination=nomination)
    text = page_of(nomination).text
    assert nomination_code(nomination) in text
    assert "Used 2 times of 3." in text


def test_nobody_else_finds_the_page(nomination):
    other = a_nomination(cohort=nomination.cohort, contact=a_person())
    for person in (a_person(), other.contact, somebody_of_the_office(), an_application().user):
        assert page_of(nomination, person).status_code == 404


SECRETS = {
    "employer": "Ente di prima",
    "role": "Responsabile della flotta",
    "phone": "+39 011 5550199",
    "tax_code": a_tax_code(),
    "motivation": "Voglio cambiare lavoro.",
    "special_needs": "Uso una sedia a rotelle.",
}


@pytest.mark.parametrize("state", sorted(set(APPLICATION_PASSAGES) - {"draft"}))
@pytest.mark.parametrize("consent", [False, True], ids=["without consent", "with consent"])
def test_of_a_nominated_person_the_contact_sees_name_and_whether_enrolled_and_no_more(
    nomination, state, consent
):
    person = a_person(name="Ada Bianchi")
    application = an_application(
        user=person,
        cohort=nomination.cohort,
        nomination=nomination,
        state=state,
        employer_may_know=consent,
        **SECRETS,
    )
    page = page_of(nomination)
    [seen] = page.context["people"]
    outcome = application.get_state_display() if consent and state in OUTCOMES else ""
    assert seen == ("Ada Bianchi", state == "enrolled", outcome)
    items = re.findall(r"<li>\s*<span>Ada Bianchi</span>(.*?)</li>", page.text, re.S)
    words = [" ".join(re.sub("<.*?>", " ", item).split()) for item in items]
    assert words == [" ".join(filter(None, ["enrolled" if state == "enrolled" else "applied", outcome]))]
    for secret in (person.email, application.receipt, *SECRETS.values()):
        assert secret not in page.text


def test_a_draft_is_nobodys_news_and_a_withdrawal_leaves_no_trace(nomination):
    draft = a_draft(cohort=nomination.cohort, nomination=nomination)
    sent = an_application(cohort=nomination.cohort, nomination=nomination)
    before = words_of(nomination)
    assert draft.user.name not in before
    assert sent.user.name in before
    sent.state = "withdrawn"
    sent.save()
    assert words_of(nomination) == before


@pytest.mark.parametrize("people", [1, 30])
def test_the_page_costs_the_same_for_one_person_and_for_thirty(client, django_assert_num_queries, people):
    nomination = a_nomination(places=30, contact=a_person())
    for _ in range(people):
        an_application(cohort=nomination.cohort, nomination=nomination)
    client.force_login(nomination.contact)
    with django_assert_num_queries(4):  # session, person, invitation, people
        assert len(client.get(address_of(nomination)).context["people"]) == people
