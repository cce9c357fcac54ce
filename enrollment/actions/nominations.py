"""Inviting employers to nominate their people."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.refusals import Refusal
from enrollment.models import Nomination

log = logging.getLogger(__name__)


@transaction.atomic
def invite_to_nominate(*, nomination: Nomination, by, at: datetime) -> Nomination:
    """Have the code sent to the employer's contact; once invited, as it was."""
    nomination = Nomination.objects.select_for_update(no_key=True).get(pk=nomination.pk)
    if nomination.contact_id is None:
        raise Refusal(_("Say first who the employer’s contact is."))
    if nomination.invited_at is None:
        nomination.invited_at = at
        nomination.save(update_fields=["invited_at"])
        log.info("nomination %d: contact invited", nomination.pk)
    return nomination


@transaction.atomic
def renew_code(*, nomination: Nomination, by, at: datetime) -> Nomination:
    """Make every older code worthless; whoever had been sent one is sent the new one."""
    nomination = Nomination.objects.select_for_update(no_key=True).get(pk=nomination.pk)
    nomination.code_version += 1
    nomination.invited_at = nomination.invited_at and at
    nomination.save(update_fields=["code_version", "invited_at"])
    log.info("nomination %d: code renewed", nomination.pk)
    return nomination
