"""Applicants brought in by the office from a spreadsheet, by the actions they would use themselves."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses.models import Cohort, sentence_for
from courses.refusals import Refusal
from enrollment.models import Application

from .applications import save_draft, start_application, submit

log = logging.getLogger(__name__)
State = Application.State

MOST = 200  # people at once: while they are brought in, nobody else applies to the edition


@dataclass(frozen=True)
class Entry:
    """What one row says: of whom, and what the person wrote."""

    line: int
    email: str
    name: str
    written: Mapping[str, object]


@dataclass(frozen=True)
class Verdict:
    """What became of one row: new, nothing new, or `refusal` says why not and `column` where."""

    line: int
    email: str
    name: str = ""
    new: bool = False
    column: str = ""
    refusal: str = ""


class RefusedEntries(Refusal):
    """Some entries cannot be brought in, so none was."""

    def __init__(self) -> None:
        super().__init__(_("Something has changed since the preview. Nobody was imported."))


@transaction.atomic
def import_applicants(
    *, cohort: Cohort, entries: Iterable[Entry], send: bool, by, at: datetime
) -> list[Verdict]:
    """Accounts and applications for all `entries`, or RefusedEntries and nothing at all.

    What is there already is not written again, so the same file twice changes nothing.
    """
    verdicts = [attempt(cohort=cohort, entry=entry, send=send, by=by, at=at) for entry in entries]
    if any(verdict.refusal for verdict in verdicts):
        raise RefusedEntries
    log.info("%d applicants to %s imported", sum(verdict.new for verdict in verdicts), cohort)
    return verdicts


def foresee_import(
    *, cohort: Cohort, entries: Iterable[Entry], send: bool, by, at: datetime
) -> list[Verdict]:
    """What `import_applicants` would answer, entry by entry: each is brought in and undone.

    One at a time, so that the edition is not kept from applicants meanwhile.
    """
    return [attempt(cohort=cohort, entry=entry, send=send, by=by, at=at, keep=False) for entry in entries]


def attempt(*, cohort: Cohort, entry: Entry, send: bool, by, at: datetime, keep: bool = True) -> Verdict:
    """Bring one in; refused, or not to be kept, it leaves nothing behind."""
    verdict = Verdict(entry.line, entry.email, entry.name)
    try:
        with transaction.atomic():
            new = bring_in(cohort=cohort, entry=entry, send=send, by=by, at=at)
            transaction.set_rollback(not keep)
    except Refusal as refusal:
        return replace(verdict, refusal=str(refusal))
    except IntegrityError as error:
        return replace(verdict, refusal=str(sentence_for(error)))
    return replace(verdict, new=new)


def bring_in(*, cohort: Cohort, entry: Entry, send: bool, by, at: datetime) -> bool:
    """Whether anything had to be written. Must run inside `atomic`."""
    person = account_of(entry)
    present = Application.objects.live().filter(user=person, cohort=cohort).first()
    if present and any(getattr(present, name) != value for name, value in entry.written.items()):
        raise Refusal(_("This person already has an application to this edition, which says otherwise."))
    if present and (present.state != State.DRAFT or not send):
        return False
    application = present or start_application(cohort=cohort, by=person, at=at)
    save_draft(application=application, written=entry.written, seen=application.revision, by=by, at=at)
    if send:
        submit(application=application, by=by, at=at)
    return True


def account_of(entry: Entry):
    """The account at this address, which must be of this name; otherwise a new one, entered by a code."""
    people = get_user_model().objects
    if person := people.filter(email=entry.email).first():
        if sorted(person.name.casefold().split()) != sorted(entry.name.casefold().split()):
            raise Refusal(_("The account with this address belongs to %(name)s.") % {"name": person.name})
        if not person.is_active:
            raise Refusal(_("The account with this address is closed."))
        return person
    person = people.create_user(entry.email, name=entry.name)
    # Known to the sign-in as an address still to be proved: the first code proves it.
    EmailAddress.objects.create(user=person, email=person.email, primary=True)
    return person
