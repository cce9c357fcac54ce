"""The same employer under two spellings is one, two employers are two."""

import pytest

from enrollment.conflicts import same_employer

TRAMVIA = "Tramvia Futura S.p.A."


@pytest.mark.parametrize(
    "spelling",
    [
        TRAMVIA,
        "TRAMVIA FUTURA SPA",
        "  tramvia   futura ",
        "Tramvia Futura Società per Azioni",
        "Tramvia Futura S. p. A.",
        "Tramvia Futura s.p.a. – Direzione esercizio",
        "Tramvia Futura (sede di Torino)",
        "Tramvia Futura, ufficio innovazione",
        "“Tramvia Futura” S.r.l.",
    ],
)
def test_case_accents_punctuation_legal_form_and_department_make_no_other_employer(spelling):
    assert same_employer(["Politecnico di Torino", TRAMVIA], spelling) == TRAMVIA


def test_accents_typed_in_either_way_are_the_same():
    assert same_employer(["Università di Torino"], "Universita\u0300 di Torino") == "Università di Torino"
    assert same_employer(["Università di Torino"], "UNIVERSITA' DI TORINO") == "Università di Torino"


@pytest.mark.parametrize(
    "another",
    ["Tramvia Futura Nord", "Futura", "Comune di Torino", "Tramvia-Futura-Energia", "Tramviafutura"],
)
def test_another_employer_is_no_conflict(another):
    assert same_employer([TRAMVIA], another) is None


@pytest.mark.parametrize("nothing", ["", "   ", "–", "."])
def test_somebody_without_an_employer_shares_it_with_nobody(nothing):
    assert same_employer(["", "–", "Tramvia Futura"], nothing) is None


def test_a_name_that_is_nothing_but_a_legal_form_is_still_a_name():
    assert same_employer(["SAS"], "sas") == "SAS"
    assert same_employer(["SAS"], "S.r.l.") is None
