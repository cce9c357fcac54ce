import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection

from academy.actions import open_account
from academy.models import User
from tests.factories import a_person, rome

pytestmark = pytest.mark.django_db

NOON = rome(2022, 1, 20, 12)


def test_an_account_opened_by_the_office_has_no_password_and_an_address_to_be_proved():
    office = a_person(is_staff=True)
    person = open_account(person=User(email="ada@example.org", name="Ada Colombo"), by=office, at=NOON)
    assert (person.has_usable_password(), person.date_joined) == (False, NOON)
    addresses = EmailAddress.objects.values_list("user", "email", "primary", "verified")
    assert list(addresses) == [(person.pk, "ada@example.org", True, False)]


def test_an_account_whose_address_cannot_be_kept_is_not_opened():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE account_emailaddress ADD CONSTRAINT no_room_left CHECK (false)")
    with pytest.raises(IntegrityError, match="no_room_left"):
        open_account(person=User(email="ada@example.org", name="Ada"), by=a_person(), at=NOON)
    assert not User.objects.filter(email="ada@example.org").exists()
