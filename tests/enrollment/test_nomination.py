"""Employers nominate people with a code: who may use it, how often one may guess, what the contact sees."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from enrollment.access import nomination_code, nomination_of_code, too_many_guesses
from tests.factories import a_cohort, a_draft, a_nomination, a_person, an_application

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
