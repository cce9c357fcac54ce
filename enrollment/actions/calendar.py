"""The address of a person's calendar."""

import logging
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import F

log = logging.getLogger(__name__)


def renew_calendar_address(*, by, at: datetime) -> None:
    """Give `by`'s calendar a new address; the old one is worthless from now on."""
    get_user_model().objects.filter(pk=by.pk).update(calendar_version=F("calendar_version") + 1)
    log.info("person %d renewed the address of the calendar", by.pk)
