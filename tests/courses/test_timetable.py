"""No session on a day the edition, its hub or the Academy is closed."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from courses.actions.timetable import Plan, move_session, plan_sessions
from courses.models import Closure, Session
from courses.refusals import Refusal
from tests.factories import a_cohort, a_session, rome

pytestmark = pytest.mark.django_db


def moved_to(session, begin):
    return move_session(
        session=session, starts_at=begin, ends_at=begin + timedelta(hours=4), by=None, at=timezone.now()
    )


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        (rome(2022, 4, 18, 9), "lunedì dell’Angelo"),
        (rome(2022, 6, 2, 14), "Festa della Repubblica"),
        (rome(2022, 3, 6, 9), "6 marzo 2022"),
        (rome(2022, 4, 15, 9), "Settimana Santa"),
        (rome(2022, 6, 10, 14), "Prova generale"),
    ],
)
def test_a_session_cannot_be_moved_to_a_closed_day(begin, words):
    cohort = a_cohort()
    session = a_session(cohort=cohort, starts_at=rome(2022, 1, 14, 9))
    Closure.objects.create(
        starts_on=date(2022, 4, 14),
        ends_on=date(2022, 4, 16),
        reason_it="Settimana Santa",
        reason_en="Holy Week",
    )
    Closure.objects.create(
        cohort=cohort,
        starts_on=date(2022, 6, 10),
        ends_on=date(2022, 6, 10),
        half=Closure.Half.AFTERNOON,
        reason_it="Prova generale",
        reason_en="Rehearsal",
    )
    with translation.override("it"), pytest.raises(Refusal) as refused:
        moved_to(session, begin)
    assert words.casefold() in str(refused.value).casefold()
    assert Session.objects.get().starts_at == rome(2022, 1, 14, 9)
    assert moved_to(session, rome(2022, 6, 10, 9)).starts_at == rome(2022, 6, 10, 9)


def test_a_session_cannot_be_planned_on_a_holiday():
    cohort = a_cohort()
    module = a_session(cohort=cohort, starts_at=rome(2022, 1, 14, 9)).module
    plan = Plan(module, rome(2022, 4, 25, 9), rome(2022, 4, 25, 13), Session.Mode.REMOTE)
    with pytest.raises(Refusal):
        plan_sessions(cohort=cohort, plans=[plan], by=None, at=timezone.now())
    assert Session.objects.count() == 1
