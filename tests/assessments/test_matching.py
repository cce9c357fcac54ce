"""Whose rows are whose: certain by e-mail, proposed by name, guessed never."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.matching import Entry, Ground, Verdict, match
from assessments.reports import Row, read
from courses.reasons import Reason
from tests.platforms import report

CAME, WENT = datetime(2027, 3, 4, 13, tzinfo=UTC), datetime(2027, 3, 4, 17, tzinfo=UTC)
MANLIO = Entry(12, "Manlio Quercetana", ("manlio.quercetana@example.org", "manlio@condivia.example"))
REMIGIO = Entry(17, "Remigio Vallefosca", ("remigio.vallefosca@example.org",))
NICOLO = Entry(5, "Nicolò Dell’Àcqua", ("nicolo.dellacqua@example.org",))
ROSTER = (MANLIO, REMIGIO, NICOLO)


def row(name: str = "", email: str = "", line: int = 2) -> Row:
    return Row(line, name, email, CAME, WENT)


def verdict(name: str = "", email: str = "", roster=ROSTER) -> tuple[Verdict, tuple[int, ...], Ground]:
    (found,) = match([row(name, email)], roster)
    assert found.reason == Reason(found.reason.code, {"line": 2, "name": name, "email": email})
    return found.verdict, found.candidates, found.reason.code


@pytest.mark.parametrize(
    "email", ["manlio.quercetana@example.org", "Manlio.QUERCETANA@Example.org", "manlio@condivia.example"]
)
def test_an_address_on_the_roster_is_certain_whatever_the_name(email):
    for name in ("Manlio Quercetana", "iPhone", "Manlio", ""):
        assert verdict(name, email) == (Verdict.CERTAIN, (12,), Ground.EMAIL)


@pytest.mark.parametrize(
    "name",
    [
        "Nicolò Dell’Àcqua",
        "Nicolo' Dell'Acqua",
        "NICOLÒ DELL'ÀCQUA",
        "Nicolo\u0300 Dell’A\u0300cqua",
        "Dell'Acqua Nicolò",
        "Dell'Acqua, Nicolò",
        "  nicolo   dell acqua ",
        "nicolo_dell_acqua",
        "Nicolò Dell’Àcqua (Host)",
        "Nicolò Dell’Àcqua (Guest) (Organizzatore)",
        "Nico (Nicolò Dell’Àcqua)",
        "iPhone (Nicolò Dell’Àcqua)",
        "iPad di Nicolò Dell’Àcqua",
        "iPad Pro di Nicolò Dell’Àcqua",
        "Galaxy S21 di Nicolò Dell’Àcqua",
        "iPhone - Nicolò Dell’Àcqua",
        "Nicolò Dell’Àcqua iPad",
        "Nicolò Dell’Àcqua - iPhone 12",
        "Nicolò Dell’Àcqua's iPhone",
        "Nicolò Dell’Àcqua’s MacBook Pro",
    ],
)
def test_a_name_that_agrees_is_proposed_and_never_certain(name):
    assert verdict(name) == (Verdict.DOUBTFUL, (5,), Ground.NAME)
    assert verdict(name, "private@example.com") == (Verdict.DOUBTFUL, (5,), Ground.NAME_WITH_OTHER_EMAIL)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nicolò",
        "Dell’Àcqua",
        "N. Dell’Àcqua",
        "Nicola Dell’Àcqua",
        "Nicolò Dell’Àcqua Bianchi",
        "iPad di Nicolò",
        "iPad",
        "+39 *** *** 12",
        "(((",
        "()",
        "小林",
    ],
)
def test_what_is_only_alike_is_nobody(name):
    assert verdict(name) == (Verdict.UNKNOWN, (), Ground.NOBODY)


def test_a_surname_that_is_also_a_device_is_still_a_name():
    mac = Entry(1, "Mac Vallefosca", ())
    assert verdict("Mac Vallefosca", roster=[mac]) == (Verdict.DOUBTFUL, (1,), Ground.NAME)


def test_of_two_people_of_one_name_none_is_chosen():
    twins = (Entry(1, "Marìa Rossi", ("one@example.org",)), Entry(2, "Rossi Maria", ("two@example.org",)))
    assert verdict("Maria Rossi", roster=twins) == (Verdict.DOUBTFUL, (1, 2), Ground.SAME_NAME)
    assert verdict("Maria Rossi", "TWO@example.org", roster=twins) == (Verdict.CERTAIN, (2,), Ground.EMAIL)


def test_a_display_name_that_stands_for_two_people_proposes_both():
    shown = "Remigio Vallefosca (Manlio Quercetana)"
    assert verdict(shown) == (Verdict.DOUBTFUL, (12, 17), Ground.SAME_NAME)


def test_an_address_that_two_people_share_proposes_both():
    shared = (Entry(1, "A B", ("office@example.org",)), Entry(2, "C D", ("OFFICE@example.org",)))
    assert verdict("A B", "office@example.org", roster=shared) == (
        Verdict.DOUBTFUL,
        (1, 2),
        Ground.SHARED_EMAIL,
    )


def test_the_account_of_one_under_the_name_of_another_proposes_both():
    assert verdict("Manlio Quercetana", REMIGIO.emails[0]) == (
        Verdict.DOUBTFUL,
        (12, 17),
        Ground.NAME_OF_ANOTHER,
    )


def test_somebody_without_an_address_on_the_roster_is_found_by_name_only():
    assert verdict("A B", roster=[Entry(1, "A B", ("",))]) == (Verdict.DOUBTFUL, (1,), Ground.NAME)
    assert verdict("", "", roster=[Entry(1, "", ("",))]) == (Verdict.UNKNOWN, (), Ground.NOBODY)


def test_every_row_of_a_report_has_its_verdict_in_the_order_of_the_file():
    found = read("zoom.csv", report("zoom"), on=date(2027, 3, 4))
    matches = match(found.rows, ROSTER)
    assert tuple(one.row for one in matches) == found.rows
    assert [(one.verdict, one.candidates) for one in matches] == [
        (Verdict.CERTAIN, (5,)),
        (Verdict.CERTAIN, (12,)),
        (Verdict.CERTAIN, (12,)),
        (Verdict.DOUBTFUL, (17,)),
    ]


words = st.sampled_from(
    ["Maria", "Rossi", "iPad", "di", "Nicolò", "D’Àcqua", "(Host)", "S21", "-", "(", "Mac"]
)
names = st.lists(words, max_size=4).map(" ".join) | st.text(max_size=12)
addresses = st.sampled_from(["", "a@example.org", "A@example.org", "b@example.org"])
rosters = st.lists(st.tuples(names, st.lists(addresses, max_size=2)), max_size=5).map(
    lambda people: [Entry(number, name, tuple(emails)) for number, (name, emails) in enumerate(people)]
)


@given(names, addresses, rosters)
def test_certain_is_only_the_one_person_at_that_address(name, email, roster):
    (found,) = match([row(name, email)], roster)
    at_address = [one.id for one in roster if email and email.lower() in map(str.lower, one.emails)]
    if found.verdict is Verdict.CERTAIN:
        assert list(found.candidates) == at_address
    assert set(at_address) <= set(found.candidates)
    assert bool(found.candidates) is (found.verdict is not Verdict.UNKNOWN)


@given(names, addresses, rosters, st.randoms(use_true_random=False))
def test_the_order_of_the_roster_decides_nothing(name, email, roster, chance):
    mixed = chance.sample(roster, len(roster))
    (one,), (other,) = match([row(name, email)], roster), match([row(name, email)], mixed)
    assert (one.verdict, set(one.candidates), one.reason) == (
        other.verdict,
        set(other.candidates),
        other.reason,
    )


@given(names, rosters)
def test_everybody_is_proposed_under_their_own_name(name, roster):
    person = Entry(99, f"Ivana {name}", ())
    (found,) = match([row(person.name)], [*roster, person])
    assert 99 in found.candidates
