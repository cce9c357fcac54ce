"""A draft released by many at the same moment: one does, the others are told, and nobody hears twice."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.db.models import QuerySet
from django.utils.translation import gettext

from academy.postman import sweep
from courses.actions.drafting import add_draft_session, edit_draft_session, open_draft
from courses.actions.releasing import release_draft
from courses.models import Session, TimetableDraft, TimetableRelease
from courses.refusals import Refusal
from tests import factories
from tests.factories import rome
from tests.together import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AT = rome(2022, 1, 3, 9), rome(2022, 1, 4, 9)
NINE = rome(2022, 1, 20, 9)
DAY = timedelta(days=1)


@pytest.fixture
def draft() -> TimetableDraft:
    """A released session moves to the next day, and another is added."""
    teacher = factories.an_instructor(user=factories.a_person())
    session = factories.a_session(starts_at=NINE, rooms=[factories.a_room()], instructors=[teacher])
    factories.an_enrollment(cohort=session.cohort)
    draft = open_draft(cohort=session.cohort, by=None, at=BEFORE)
    times = {"starts_at": NINE + DAY, "ends_at": NINE + DAY + timedelta(hours=4)}
    edit_draft_session(draftsession=draft.sessions.get(), **times, by=None, at=BEFORE)
    added = {"starts_at": NINE + 4 * DAY, "ends_at": NINE + 4 * DAY + timedelta(hours=4)}
    facts = {"mode": "hybrid", "instructors": [teacher], "purpose": "teaching"}
    add_draft_session(draft=draft, module=session.module, **facts, **added, by=None, at=BEFORE)
    return draft


def eight_releases(draft) -> list:
    return all_at_once(partial(release_draft, timetabledraft=draft, by=None, at=AT) for _ in range(8))


def test_one_of_eight_releases_wins_and_the_others_read_why(draft):
    answers = eight_releases(draft)
    assert Counter(type(answer) for answer in answers) == {TimetableRelease: 1, Refusal: 7}
    assert {str(answer) for answer in answers if isinstance(answer, Refusal)} == {
        gettext("The draft has been released or dropped: it can no longer be changed.")
    }


def test_everybody_hears_once_whoever_pressed(draft, time_machine):
    eight_releases(draft)
    assert sorted(Session.objects.values_list("revision", flat=True)) == [0, 1]
    time_machine.move_to(AT + timedelta(minutes=11), tick=False)
    for _round in range(2):
        sweep(clock=lambda: AT + timedelta(minutes=11), seconds=5)
    told = Counter(letter.to[0] for letter in mail.outbox)
    assert len(told) == 2
    assert set(told.values()) == {2}  # what moved, and what is new


def test_without_the_lock_the_losers_meet_the_databases_own_guards(draft, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    answers = eight_releases(draft)
    assert TimetableRelease.objects.count() == 1
    assert any(not isinstance(answer, TimetableRelease | Refusal) for answer in answers)
