"""What must never be among people and notices, broken by SQL and refused by PostgreSQL."""

import pytest
from django.db import IntegrityError, transaction

from academy.models import Notice, User
from courses.models import sentence_for
from tests import factories
from tests.invariants import another, cases, execute, refused_as, rules

pytestmark = pytest.mark.django_db

BROKEN_BY = {
    "one_account_per_address": another(User, email="upper(email)"),
    "told_once": another(Notice),
    "a_notice_is_for_one_person_or_one_address": another(Notice, interest="7"),
    "a_notice_has_a_known_state": "UPDATE academy_notice SET state = 'lost'",
    "there_is_one_heartbeat": "INSERT INTO academy_sweepheartbeat (id, swept_at) VALUES (false, now())",
}


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY))
def test_past_the_forms_it_is_refused_under_its_name(name, statement):
    factories.a_notice()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("academy")[name].message


def test_an_address_is_told_once_too_and_a_notice_is_for_somebody():
    factories.a_notice(user=None, interest=7)
    for statement in (another(Notice), another(Notice, interest="NULL")):
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(statement)
    execute(another(Notice, interest="8"))


def test_every_rule_of_the_door_is_broken_here():
    assert rules("academy").keys() == BROKEN_BY.keys()


def test_a_refusal_without_a_name_of_ours_has_words_too():
    factories.a_notice()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute("DELETE FROM academy_user")
    assert str(sentence_for(refusal.value)).endswith(".")
