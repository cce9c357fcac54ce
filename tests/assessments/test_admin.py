"""The office reads scores and corrects published ones, never without a reason."""

import pytest
from django.urls import reverse

from assessments.models import Score, ScoreEntry
from tests import factories

pytestmark = pytest.mark.django_db

NOON = factories.rome(2022, 1, 20, 12)
CORRECTED = {
    "outcome": "mark",
    "value": "30",
    "honours": "on",
    "reason": "Errore di trascrizione",
    "seen": "28",
}


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(model: str, name: str = "change", *args) -> str:
    return reverse(f"admin:assessments_{model}_{name}", args=args)


def test_a_correction_leaves_exactly_one_line_of_who_when_old_new_and_why(office, time_machine):
    time_machine.move_to(NOON, tick=False)
    score = factories.a_score(published_at=NOON)
    lines = set(ScoreEntry.objects.values_list("pk", flat=True))
    assert office.post(page("score", "change", score.pk), CORRECTED).status_code == 302
    score.refresh_from_db()
    assert (score.outcome, score.value, score.honours) == ("mark", 30, True)
    [line] = ScoreEntry.objects.exclude(pk__in=lines)
    assert line.by == factories.User.objects.get(is_staff=True)
    assert (line.at, line.reason) == (NOON, "Errore di trascrizione")
    assert (line.old_value, line.value, line.honours) == (28, 30, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "   "}, "This field is required."),
        ({"value": "29"}, "Honours go only with 30."),
        *(({"value": value}, "Select a valid choice.") for value in ("31", "-1", "27_5", "2_7", "NaN", "٢٧")),
        ({"value": ""}, "A mark has a value; absent and excused have none."),
        ({"outcome": "absent"}, "A mark has a value; absent and excused have none."),
        ({"outcome": "cheated"}, "Select a valid choice."),
    ],
)
def test_what_is_no_correction_changes_nothing_and_is_said(office, change, sentence):
    score = factories.a_score(published_at=NOON)
    lines = ScoreEntry.objects.count()
    response = office.post(page("score", "change", score.pk), CORRECTED | change)
    assert response.status_code == 422
    assert sentence in response.text
    score.refresh_from_db()
    assert (score.value, ScoreEntry.objects.count()) == (28, lines)


def test_a_correction_by_another_is_seen_before_it_is_overwritten(office):
    score = factories.a_score(published_at=NOON)
    opened = office.get(page("score", "change", score.pk)).context["adminform"].form
    office.post(page("score", "change", score.pk), CORRECTED)
    stale = CORRECTED | {"value": "26", "honours": "", "seen": opened["seen"].value()}
    response = office.post(page("score", "change", score.pk), stale)
    assert response.status_code == 422
    assert "The form did not show what the score is now: 30 L." in response.text
    assert Score.objects.get().value == 30
    again = {"seen": response.context["adminform"].form["seen"].value()}
    assert office.post(page("score", "change", score.pk), stale | again).status_code == 302
    assert Score.objects.get().value == 26


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": "27"}])
def test_a_correction_that_does_not_say_what_was_seen_changes_nothing(office, seen):
    score = factories.a_score(published_at=NOON)
    lines = ScoreEntry.objects.count()
    unseen = {name: value for name, value in CORRECTED.items() if name != "seen"} | seen
    response = office.post(page("score", "change", score.pk), unseen)
    assert response.status_code == 422
    assert "The form did not show what the score is now: 28." in response.text
    score.refresh_from_db()
    assert (score.value, ScoreEntry.objects.count()) == (28, lines)


def test_a_form_of_a_score_takes_nothing_else(office):
    score, other = factories.a_score(published_at=NOON), factories.an_enrollment()
    forged = CORRECTED | {"enrollment": other.pk, "attempt": "2", "published_at_0": "", "by": other.user_id}
    office.post(page("score", "change", score.pk), forged)
    after = Score.objects.get(pk=score.pk)
    assert (after.enrollment, after.attempt, after.published_at) == (score.enrollment, 1, NOON)


def test_a_draft_is_not_the_offices_to_change(office):
    draft = factories.a_score()
    assert office.get(page("score", "change", draft.pk)).status_code == 200
    assert office.post(page("score", "change", draft.pk), CORRECTED).status_code == 403
    draft.refresh_from_db()
    assert draft.value == 28


def test_without_the_right_a_score_is_not_corrected(client):
    reader = factories.a_person(is_staff=True)
    reader.user_permissions.add(factories.permission("assessments", "view_score"))
    client.force_login(reader)
    score = factories.a_score(published_at=NOON)
    assert client.get(page("score", "change", score.pk)).status_code == 200
    assert client.post(page("score", "change", score.pk), CORRECTED).status_code == 403
    score.refresh_from_db()
    assert score.value == 28


@pytest.mark.parametrize("superuser", [False, True])
def test_scores_are_not_added_and_the_ledger_is_only_read(client, superuser):
    client.force_login(factories.somebody_of_the_office(is_superuser=superuser))
    factories.a_score(published_at=NOON)
    line = ScoreEntry.objects.latest("pk")
    refused = [
        page("score", "add"),
        page("scoreentry", "add"),
        page("scoreentry", "change", line.pk),
        page("scoreentry", "delete", line.pk),
    ]
    assert {client.post(address, {"reason": "altro"}).status_code for address in refused} == {403}
    assert ScoreEntry.objects.get(pk=line.pk).reason == line.reason


def test_the_ledger_shows_before_and_after(office):
    score = factories.a_score(published_at=NOON)
    office.post(page("score", "change", score.pk), CORRECTED)
    text = office.get(page("scoreentry", "changelist")).text
    assert all(words in text for words in ("28", "30 with honours", "Errore di trascrizione"))


def test_a_test_is_sat_in_a_session_of_its_module(office):
    session = factories.a_session()
    other = factories.a_module(session.cohort, "B2")
    form = {"cohort": session.cohort_id, "module": other.pk, "session": session.pk, "scale": "thirty"}
    response = office.post(page("moduletest", "add"), form)
    assert response.status_code == 422
    assert "A test is sat in a session of its own module and edition." in response.text
    form |= {"module": session.module_id}
    assert office.post(page("moduletest", "add"), form).status_code == 302


def test_a_test_with_scores_stays_where_it_was_sat(office):
    test = factories.a_score().test
    response = office.get(page("moduletest", "change", test.pk))
    assert response.context["adminform"].form.fields == {}
    assert reverse("assessments:scores", args=[test.pk]) in response.text
