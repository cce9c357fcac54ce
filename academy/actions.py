"""What the office does with accounts."""

import logging
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from academy.models import User

log = logging.getLogger(__name__)


@transaction.atomic
def open_account(*, person: User, by, at: datetime) -> User:
    """Save `person` as a new account, entered by a code sent to its address or, later, a passkey.

    The sign-in knows the address as one still to be proved: the first code proves it.
    """
    person.set_unusable_password()
    person.date_joined = at
    person.save(force_insert=True)
    EmailAddress.objects.create(user=person, email=person.email, primary=True)
    log.info("%s opened account %d", by.pk, person.pk)
    return person
