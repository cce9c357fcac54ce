"""Questions that are planned once per connection: right on every connection, whatever was asked before."""

import pytest
from django.db import ProgrammingError, connection, transaction

from enrollment.diary import diary, rows_of
from enrollment.models.ready import prepare
from tests.factories import a_session, an_enrollment


def plans() -> dict[str, int]:
    """The prepared statements of this connection, and how often each was asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, generic_plans + custom_plans FROM pg_prepared_statements")
        return dict(cursor.fetchall())


@pytest.fixture
def enrollment():
    enrollment = an_enrollment()
    a_session(enrollment.cohort)
    return enrollment


@pytest.mark.django_db(transaction=True)
def test_a_question_is_prepared_once_on_each_connection(enrollment):
    name, person = "enrollment.diary.rows_of.it", enrollment.user.pk
    connection.close()
    first = rows_of(person, "it")
    assert rows_of(person, "it") == first != []
    assert plans() == {name: 2}

    connection.close()

    assert rows_of(person, "it") == first
    assert plans() == {name: 1}


@pytest.mark.django_db
def test_each_key_and_each_language_has_its_own_answer(enrollment):
    other = an_enrollment().user.pk
    for _ in range(7):  # from the sixth on PostgreSQL may keep one plan for all keys
        assert len(rows_of(enrollment.user.pk, "it")) == 1
        assert rows_of(other, "it") == []
    assert rows_of(enrollment.user.pk, "en") != rows_of(enrollment.user.pk, "it")


@pytest.mark.django_db
def test_what_was_prepared_outlives_a_transaction_that_is_undone(enrollment):
    with transaction.atomic():
        a_session(enrollment.cohort)
        assert len(diary(enrollment.user)) == 2
        transaction.set_rollback(True)
    assert len(diary(enrollment.user)) == 1


@pytest.mark.django_db
def test_a_question_the_database_cannot_prepare_is_an_error_of_django():
    with pytest.raises(ProgrammingError):
        prepare("nonsense", "SELECT nothing_of_the_kind", [])
