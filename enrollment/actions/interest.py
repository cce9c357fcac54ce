"""Addresses of those who want to hear of the next call: left, confirmed, taken off, forgotten."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses.refusals import Refusal
from enrollment.models import Interest

log = logging.getLogger(__name__)

ONE_MAIL_PER = timedelta(hours=1)  # however often somebody leaves the same address


@transaction.atomic
def leave_address(*, email: str, language: str, at: datetime) -> Interest:
    """Keep `email` until it is confirmed from its mailbox; the post writes to it.

    An address that is known already is written to again, at most once an hour.
    """
    forget_addresses(at=at)
    interest, new = Interest.objects.select_for_update().get_or_create(
        email=email.lower(), defaults={"language": language, "asked_at": at}
    )
    if not new and at - interest.asked_at >= ONE_MAIL_PER:
        interest.asked_at, interest.language = at, language
        interest.save(update_fields=["asked_at", "language"])
    return interest


@transaction.atomic
def confirm_address(*, interest: Interest, at: datetime) -> Interest:
    """The mailbox says yes: once, in time. Said again, the same."""
    interest = Interest.objects.select_for_update().get(pk=interest.pk)
    if interest.confirmed_at:
        return interest
    if not interest.may_be_confirmed(at):
        raise Refusal(_("This link was good for 48 hours. Leave the address again to get another one."))
    interest.confirmed_at = at
    interest.save(update_fields=["confirmed_at"])
    log.info("address %d is to be told of the next call", interest.pk)
    return interest


def take_address_off(*, interest: Interest) -> None:
    """Forget an address, confirmed or not; done twice, it is done."""
    Interest.objects.filter(pk=interest.pk).delete()
    log.info("address %d was taken off the list", interest.pk)


def forget_addresses(*, at: datetime) -> int:
    """Delete those not confirmed in time and those told of the call they waited for; how many."""
    unconfirmed, _of_what = Interest.objects.unconfirmed_in_time(at).delete()
    told = Interest.objects.filter(pk__in=Interest.objects.served(at).values("pk"))
    return unconfirmed + told.delete()[0]
