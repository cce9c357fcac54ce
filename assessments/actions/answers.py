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


def answer(thing: Sent, state: str, *, words: str, by, at: datetime) -> Sent:
    """Accepted or refused, in words; the same answer twice is one."""
    thing = locked(thing)
    if (thing.state, thing.answer) == (state, words.strip()):
        return thing
    if thing.state == AnswerState.WITHDRAWN:
        raise Refusal(_("It was taken back meanwhile."))
    if state == AnswerState.REFUSED and not words.strip():
        raise Refusal(_("Say why it is not accepted."))
    thing.state, thing.answer, thing.answered_by, thing.answered_at = state, words.strip(), by, at
    thing.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    return thing
