"""What participants send in about a session and the office answers. Locks: the row itself."""

from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import AnswerState
from assessments.models.absence import SentIn
from courses.refusals import Refusal

Sent = TypeVar("Sent", bound=SentIn)


def locked(thing: Sent) -> Sent:
    """`thing` as it is now, locked against everybody else."""
    return QuerySet(type(thing)).select_for_update(no_key=True, of=["self"]).get(pk=thing.pk)


def take_back(thing: Sent) -> Sent:
    """Before anybody has answered; asked again, nothing happens."""
    thing = locked(thing)
    if thing.state == AnswerState.WITHDRAWN:
        return thing
    if thing.state != AnswerState.SENT:
        raise Refusal(_("It has been answered meanwhile: it can no longer be taken back."))
    thing.state = AnswerState.WITHDRAWN
    thing.save(update_fields=["state"])
    return thing


def refuse_stale(thing: SentIn, seen: str) -> None:
    """Raise Refusal for what is in another state than it was `seen` in."""
    if thing.state == AnswerState.WITHDRAWN:
        raise Refusal(_("It was taken back meanwhile."))
    if thing.state != seen:
        raise Refusal(_("Somebody else has answered it meanwhile."))


def answer(thing: Sent, state: str, *, words: str, by, at: datetime) -> Sent:
    """Accepted or refused, in words; the same answer twice is one.

    Refused where `thing` is no longer as it was read: of two people who answer the second is told.
    """
    seen, thing = thing.state, locked(thing)
    if (thing.state, thing.answer) == (state, words.strip()):
        return thing
    refuse_stale(thing, seen)
    if state == AnswerState.REFUSED and not words.strip():
        raise Refusal(_("Say why it is not accepted."))
    thing.state, thing.answer, thing.answered_by, thing.answered_at = state, words.strip(), by, at
    thing.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    return thing
