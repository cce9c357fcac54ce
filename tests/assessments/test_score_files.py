"""What a spreadsheet of scores says, row by row."""

import pytest

from assessments.marking import Outcome, Result, Scale
from assessments.matching import Entry
from assessments.score_files import Fault, Place, Sat, Standing, Verdict, Why, ignored, judge, lines_of
from courses.reasons import Refused
from courses.tables import read

ADA, BO, CIRO, OTHER_CIRO = 1, 2, 3, 4
PEOPLE = [
    Entry(ADA, "Ada Bianchi", ("ada@example.org",)),
    Entry(BO, "Bo Verdi", ("bo@example.org",)),
    Entry(CIRO, "Ciro Neri", ("ciro@example.org",)),
    Entry(OTHER_CIRO, "Ciro Neri", ("ciro.neri@example.org",)),
]
STM1 = Sat(10, ("STM1", "Politiche", "Policy"), Scale.THIRTY)
DD2 = Sat(20, ("DD2", "Idrogeno", "Hydrogen"), Scale.HUNDRED)


def mark(value: int, scale=Scale.THIRTY) -> Result:
    return Result(Outcome.MARK, value, scale=scale)


def places(**standings: Standing) -> dict[Place, Standing]:
    """Everybody sits the first attempt of both tests; `ada` and `bo` say what they have in STM1."""
    found = {Place(one.id, test.key, 1): Standing() for one in PEOPLE for test in (STM1, DD2)}
    for name, standing in standings.items():
        found[Place({"ada": ADA, "bo": BO}[name], STM1.key, 1)] = standing
    return found


def told(text: str, *, tests=(STM1,), **standings: Standing):
    table = read("voti.csv", text.encode())
    lines = lines_of(table, one_test=len(tests) == 1)
    return judge(lines, people=PEOPLE, tests=tests, attempt=1, standings=places(**standings))


def of(text: str, **options):
    """The only row: its verdict, and why or what it gives."""
    [one] = told(text, **options)
    return one.verdict, one.why.code if one.why else one.then


@pytest.mark.parametrize(
    "text",
    [
        "E-mail;Voto\nADA@example.org ;28\n",
        "Cognome,Nome,Voto\nBianchi,Ada,28\n",
        "Nome e cognome\tEsito\nBianchi Àda\t28\n",
        "Note;Posta elettronica;Nome;Cognome;PUNTEGGIO\nbrava;ada@example.org;;;28,00\n",
        "name;surname;e-mail;score\nAda;Bianchi;ada@example.org;28/30\n",
    ],
)
def test_people_and_scores_are_found_however_the_columns_are_headed(text):
    [one] = told(text)
    assert (one.verdict, one.place, one.then) == (Verdict.CHANGE, Place(ADA, STM1.key, 1), mark(28))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("E-mail;Valutatore\nada@example.org;28\n", Fault.NO_SCORES),
        ("Nome;Voto\nAda;28\n", Fault.NO_PEOPLE),
        ("E-mail;Voto;Esito\nada@example.org;28;28\n", Fault.TWO_COLUMNS),
    ],
)
def test_a_file_that_is_no_list_of_scores_is_refused(text, fault):
    with pytest.raises(Refused) as refused:
        told(text)
    assert [reason.code for reason in refused.value.reasons] == [fault]


def test_of_several_tests_every_line_names_its_module():
    with pytest.raises(Refused) as refused:
        told("E-mail;Voto\nada@example.org;28\n", tests=(STM1, DD2))
    assert [reason.code for reason in refused.value.reasons] == [Fault.NO_MODULES]
    rows = told(
        "E-mail;Modulo;Voto\nada@example.org;dd2;82\nbo@example.org;Politiche;28\nbo@example.org;DD9;28\n",
        tests=(STM1, DD2),
    )
    assert [(one.verdict, one.place) for one in rows] == [
        (Verdict.CHANGE, Place(ADA, DD2.key, 1)),
        (Verdict.CHANGE, Place(BO, STM1.key, 1)),
        (Verdict.REFUSED, None),
    ]
    assert [one.then for one in rows[:2]] == [mark(82, Scale.HUNDRED), mark(28)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nobody@example.org;;28", Why.NOBODY),
        (";Ada Bianca;28", Why.NOBODY),
        (";Ciro Neri;28", Why.SEVERAL),
        ("ada@example.org;Bo Verdi;28", Why.ANOTHER),
        ("unknown@example.org;Ada Bianchi;28", Why.NOBODY),
    ],
)
def test_whose_a_row_is_is_never_guessed(line, why):
    assert of(f"E-mail;Nominativo;Voto\n{line}\n") == (Verdict.REFUSED, why)


def test_one_of_two_with_the_same_name_is_found_by_the_address():
    [one] = told("E-mail;Nominativo;Voto\nciro.neri@example.org;Ciro Neri;28\n")
    assert one.place == Place(OTHER_CIRO, STM1.key, 1)


def test_an_empty_cell_takes_nothing_away_and_the_same_score_changes_nothing():
    now = Standing(mark(28), typed=True)
    assert of("E-mail;Voto\nada@example.org;\n", ada=now) == (Verdict.EMPTY, None)
    assert of("E-mail;Voto\nada@example.org;28\n", ada=now) == (Verdict.SAME, mark(28))


def test_what_was_typed_by_hand_is_told_apart_from_what_a_file_brought():
    row = "E-mail;Voto\nada@example.org;30\n"
    assert of(row, ada=Standing(mark(28), typed=True))[0] is Verdict.BY_HAND
    assert of(row, ada=Standing(mark(28)))[0] is Verdict.CHANGE


@pytest.mark.parametrize("why", [Why.FINAL, Why.PUBLISHED, Why.NOT_YET])
def test_what_is_settled_is_left_out_unless_the_file_says_the_same(why):
    settled = Standing(mark(28), settled=why)
    assert of("E-mail;Voto\nada@example.org;30\n", ada=settled) == (Verdict.REFUSED, why)
    assert of("E-mail;Voto\nada@example.org;28\n", ada=settled)[0] is Verdict.SAME


def test_two_lines_for_one_place_are_refused_both_unless_they_agree():
    rows = told("E-mail;Voto\nada@example.org;28\nbo@example.org;20\nADA@example.org;30\nbo@example.org;20\n")
    assert [one.why.code if one.why else one.verdict for one in rows] == [
        Why.TWICE,
        Verdict.CHANGE,
        Why.TWICE,
        Verdict.CHANGE,
    ]


def test_who_does_not_sit_the_attempt_and_what_is_no_attempt_are_left_out():
    rows = told("E-mail;Prova;Voto\nada@example.org;2;28\nada@example.org;3;28\nada@example.org;1;31\n")
    assert [one.why.code for one in rows if one.why] == [Why.NOT_SITTING, Why.UNKNOWN_ATTEMPT, "out_of_scale"]


def test_columns_nobody_reads_are_named():
    assert ignored(["E-mail", "Aula", "Voto", "Note"]) == ["Aula", "Note"]
