"""The grid: what can be typed, what comes of it, and what is shown below it."""

import re
from datetime import timedelta

import pytest

from assessments.actions.scores import correct_score
from assessments.forms.scores import SENTENCES
from assessments.marking import Unreadable
from assessments.models import Score, ScoreEntry
from tests.classroom import ABSENT, AFTERWARDS, TEST_DAY, Class, client_of, form, grid, mark
from tests.factories import a_person, an_enrollment

pytestmark = pytest.mark.django_db


def test_the_grid_understands_what_people_type(group):
    response = client_of(group.teacher).post(grid(group), form(group, " 28 ", "30 e lode", "ass"))
    assert (response.status_code, response["Location"]) == (302, grid(group))
    assert group.results() == [mark(28), mark(30, honours=True), ABSENT]


@pytest.mark.parametrize(
    "typed",
    [
        "101",
        "31",
        "-1",
        "NaN",
        "Infinity",
        "1e400",
        "27_5",
        "٢٧",
        "10.005",
        "27,5",
        "29L",
        "2 8",
        "28\0",
        "<b>",
    ],
)
def test_what_is_no_score_is_refused_in_words_and_everything_typed_stays(group, typed):
    response = client_of(group.teacher).post(grid(group), form(group, "28", typed, "ABS"))
    assert response.status_code == 422
    rows = response.context["grid"].rows
    assert [row.typed for row in rows] == ["28", typed, "ABS"]
    assert [bool(row.error) for row in rows] == [False, True, False]
    assert Score.objects.count() == 0
    assert ScoreEntry.objects.count() == 0


def test_there_are_words_for_every_way_to_be_no_score():
    assert set(SENTENCES) == set(Unreadable)


def test_an_emptied_cell_clears_the_draft_and_the_ledger_remembers(group):
    group.record(mark(28))
    client_of(group.teacher).post(grid(group), form(group, "", "", "", seen=("28", "", "")))
    assert group.results() == [None, None, None]
    assert ScoreEntry.objects.changes().first().change == "delete"


def test_a_person_of_another_edition_makes_the_whole_grid_unknown(group):
    stranger = an_enrollment()
    data = form(group, "28", "27", "26") | {f"cell-{stranger.pk}": "30", f"seen-{stranger.pk}": ""}
    assert client_of(group.teacher).post(grid(group), data).status_code == 404
    assert Score.objects.count() == 0


def test_other_fields_are_ignored(group):
    extra = {"published": "on", "graded_by": "1", "max_score": "10", "at": "2020-01-01", "attempt": "2"}
    client_of(group.teacher).post(grid(group), form(group, "28") | extra)
    score = Score.objects.get()
    assert (score.result, score.attempt, score.published_at) == (mark(28), 1, None)
    assert ScoreEntry.objects.get().by == group.teacher


@pytest.mark.parametrize("lost", ["do", "seen"])
def test_a_form_cut_short_or_forged_writes_nothing(group, lost):
    data = form(group, "28", "27")
    if lost == "do":
        data["do"] = "publi"
    else:
        data[f"seen-{group.people[0].pk}"] = "nonsense"
    assert client_of(group.teacher).post(grid(group), data).status_code == 400
    assert Score.objects.count() == 0


def test_signed_out_while_typing_writes_nothing_and_leads_back_to_the_grid(group, client):
    response = client.post(grid(group), form(group, "28"))
    assert response["Location"] == f"/accounts/login/?next={grid(group)}"
    assert Score.objects.count() == 0


def test_the_same_form_sent_twice_changes_nothing_the_second_time(group):
    client = client_of(group.teacher)
    assert client.post(grid(group), form(group, "28", "27")).status_code == 302
    assert client.post(grid(group), form(group, "28", "27")).status_code == 302
    assert ScoreEntry.objects.count() == 2


def test_before_the_test_nothing_can_be_typed(group, time_machine):
    time_machine.move_to(TEST_DAY - timedelta(days=1), tick=False)
    client = client_of(group.teacher)
    page = client.get(grid(group))
    assert (page.status_code, b"<form method" in page.content.split(b"<main")[1]) == (200, False)
    assert client.post(grid(group), form(group, "28")).status_code == 409
    assert Score.objects.count() == 0


def test_a_conflict_shows_both_values_and_loses_neither(group):
    office = a_person(name="Olga Ufficio", is_staff=True)
    group.record(mark(25), by=office)
    client = client_of(group.teacher)
    first, second, _third = group.people

    response = client.post(grid(group), form(group, " 27 ", "30l"))
    assert response.status_code == 409
    row, other, _ = response.context["grid"].rows
    assert (row.mine, row.seen, row.theirs.by) == ("27", "25", office)
    assert other.typed == "30 L"
    page = response.content.decode()
    assert re.findall(rf'type="radio"\s+name="cell-{first.pk}"\s+value="(.*)"', page) == ["27", "25"]
    assert "Olga Ufficio" in page
    assert group.results() == [mark(25), None, None]

    answer = {f"seen-{first.pk}": "25", f"mine-{first.pk}": "27", f"seen-{second.pk}": "", "do": "save"}
    answer[f"cell-{second.pk}"] = "20"
    undecided = client.post(grid(group), answer)
    assert undecided.status_code == 422
    assert undecided.context["grid"].rows[0].mine == "27"

    assert client.post(grid(group), answer | {f"cell-{first.pk}": "27"}).status_code == 302
    assert group.results() == [mark(27), mark(20), None]


def test_the_other_value_can_be_kept(group):
    group.record(mark(25))
    first = group.people[0]
    answer = {f"seen-{first.pk}": "25", f"mine-{first.pk}": "27", f"cell-{first.pk}": "25", "do": "save"}
    assert client_of(group.teacher).post(grid(group), answer).status_code == 302
    assert group.results() == [mark(25), None, None]
    assert ScoreEntry.objects.count() == 1


def test_a_grid_with_errors_is_still_compared_with_what_was_seen_first(group):
    client = client_of(group.teacher)
    group.record(mark(25))
    again = client.post(grid(group), form(group, "27", "99"))
    assert again.status_code == 422
    assert again.context["grid"].rows[0].seen == ""


def test_the_ledger_stands_below_the_grid(group):
    group.record(mark(28), ABSENT, mark(17))
    group.publish()
    office = a_person(name="Olga Ufficio", is_staff=True)
    score = Score.objects.get(enrollment=group.people[2])
    correct_score(
        score=score, seen=score.result, result=mark(18), reason="Sheet turned over.", by=office, at=AFTERWARDS
    )
    response = client_of(group.teacher).get(grid(group))
    lines = [(entry.before, entry.after) for entry in response.context["ledger"]]
    assert lines[0] == (mark(17), mark(18))
    assert len(lines) == 4
    assert "Sheet turned over." in response.content.decode()


def test_saving_costs_the_same_for_3_and_for_300(django_assert_max_num_queries):
    counts = []
    for size in (3, 300):
        group = Class(size=size)
        client = client_of(group.teacher)
        with django_assert_max_num_queries(20) as captured:
            typed = [str(number % 31) for number in range(size)]
            sent = form(group, *typed, seen=[""] * size)
            assert client.post(grid(group), sent).status_code == 302
        counts.append(len(captured))
    assert counts[0] == counts[1]
