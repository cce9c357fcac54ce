"""Where an application stands: what has happened, with its day, and what comes next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.models import Application, InterviewSlot
from enrollment.states import UNDER_EXAMINATION

State = Application.State
Words = str | Promise

HAPPENED: dict[str, Words] = {
    State.SUBMITTED: _("Application received"),
    State.DOCUMENTS_ASKED: _("Documents asked for"),
    State.ELIGIBLE: _("Declared admissible"),
    State.ADMITTED: _("A place is offered"),
    State.ON_RESERVE: _("On the reserve list"),
    State.NOT_SUITABLE: _("Below the threshold of the ranking"),
    State.EXCLUDED: pgettext_lazy("stage of an application", "Excluded"),
    State.ENROLLED: _("Place accepted"),
    State.RENOUNCED: _("Place renounced"),
    State.WITHDRAWN: _("Application withdrawn"),
}
DOCUMENTS, DUE, CHECK, INTERVIEW, RANKING, ANSWER, START = (
    _("Documents received"),
    _("Documents to be sent by"),
    _("Check by the office"),
    _("Interview"),
    _("Publication of the ranking"),
    _("Your answer to the offer"),
    _("The edition begins"),
)


@dataclass(frozen=True)
class Stage:
    """One line: `when` is a moment, a day, or None while nobody knows; `over` when it has happened."""

    title: Words
    when: datetime | date | None
    over: bool

    @property
    def moment(self) -> datetime | None:
        """`when`, where the hour counts."""
        return self.when if isinstance(self.when, datetime) else None


def stages_of(application: Application, at: datetime) -> list[Stage]:
    """What has happened to it in order, then what is still to come."""
    passages = application.passages.values_list("before", "after", "at")
    past = [(when, told(before, after)) for before, after, when in passages]
    interview: InterviewSlot | None = getattr(application, "interview", None)
    held = bool(interview and interview.starts_at <= at)
    if interview and held:
        past = sorted([*past, (interview.starts_at, INTERVIEW)], key=lambda line: line[0])
    coming = still_to_come(application, None if held else interview, held, at)
    return [Stage(title, when, over=True) for when, title in past] + [
        Stage(title, when, over=False) for title, when in coming
    ]


def told(before: str, after: str) -> Words:
    """One passage in words."""
    return DOCUMENTS if (before, after) == (State.DOCUMENTS_ASKED, State.SUBMITTED) else HAPPENED[after]


def still_to_come(
    application: Application, interview: InterviewSlot | None, held: bool, at: datetime
) -> Iterator[tuple[Words, datetime | date | None]]:
    """What follows from here if all goes well, with its day where that is known."""
    cohort, state = application.cohort, application.state
    call = getattr(cohort, "call", None)
    if state == State.DOCUMENTS_ASKED:
        yield DUE, application.document_request.due_at
    if state in (State.SUBMITTED, State.DOCUMENTS_ASKED):
        yield CHECK, None
    if state in UNDER_EXAMINATION and not held:
        yield INTERVIEW, interview.starts_at if interview else None
    if state in UNDER_EXAMINATION:
        yield RANKING, call.ranking_on if call else None
    if state == State.ADMITTED:
        offer = application.offers.first()
        yield ANSWER, offer.deadline if offer else None
    if state in (State.ADMITTED, State.ENROLLED) and cohort.starts_on > localdate(at):
        yield START, cohort.starts_on
