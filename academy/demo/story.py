"""The story of the demo: three editions, played day by day with the actions the portal itself uses.

What the office enters in its admin is entered here as plain rows; everything that happens to them
happens by an action, at the moment it would have, in the order of time. The same `today` always
tells the same story.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.timezone import localdate

from academy import postman
from academy.demo import cast, editions
from academy.demo.calls import Admission
from academy.demo.certificates import Certificates
from academy.demo.editions import Edition
from academy.demo.handouts import Handouts
from academy.demo.lessons import Lessons
from academy.demo.marks import Marks
from academy.demo.projects import Projects
from academy.demo.questionnaires import Questionnaires
from academy.demo.registers import Registers
from academy.demo.selection import Selection
from academy.demo.stage import BEGINNING, Stage
from enrollment.actions import interest

Say = Callable[[str], object]

DAY = timedelta(days=1)
ROUNDS = ((9, 5), (18, 5), (22, 30))  # every minute would find nothing more
SECONDS_OF_POST = 600.0
POST_DAILY = timedelta(days=12)


def play(*, today: date, say: Say) -> None:
    """Fill an empty database with the story up to the night before `today`; all of it or nothing."""
    if not settings.LOCAL:
        raise ImproperlyConfigured("The demo has public passwords: a server with DEBUG off refuses it.")
    running, coming = editions.present_editions(today)
    stage = Stage(today)
    stage.at(BEGINNING, 9, 0, stage.set_up)
    chapters = (
        (editions.first_edition(), ("P", "X")),
        (running, ("R", "Y")),
        (coming, ("A", "U")),
    )
    for edition, letters in chapters:
        plan(stage, edition, cast.people(*letters), say)
    plan_interest(stage, coming)
    plan_post(stage, running, coming)
    with transaction.atomic(), without_diary():
        stage.play()


def plan(stage: Stage, edition: Edition, people: tuple[cast.Person, ...], say: Say) -> None:
    """All of one edition."""
    admission = Admission(stage, edition, people)
    marks = Marks(admission)
    admission.plan()
    Selection(admission).plan()
    marks.plan()
    lessons = Lessons(admission, marks)
    lessons.plan()
    Registers(admission, lessons).plan()
    Handouts(admission).plan()
    Projects(admission).plan()
    Questionnaires(admission).plan()
    Certificates(admission).plan()
    first, last = edition.first_day, edition.last_day
    told = f"{edition.code}, {first:%d/%m/%Y} – {last:%d/%m/%Y}"
    stage.at(admission.opening, 8, 0, lambda _at: say(f"{told}: who applies"))
    stage.at(first, 8, 0, lambda _at: say(f"{told}: sessions and tests"))


def plan_interest(stage: Stage, coming: Edition) -> None:
    """Who wants to hear of a call: of the present one, of the one after, and who has not confirmed it yet."""
    addresses = cast.call()["interest"]
    before, evening = localdate(coming.call_opens) - 20 * DAY, stage.today - DAY
    for kind, day in (("told", before), ("waiting", evening), ("unconfirmed", evening)):
        for address in addresses[kind]:
            stage.at(day, 21, 0, partial(leave_address, address, kind != "unconfirmed"))


def leave_address(address: str, confirmed: bool, at: datetime) -> None:
    """At the portal; confirmed from the mailbox, or not yet."""
    left = interest.leave_address(email=address, language="it", at=at)
    if confirmed:
        interest.confirm_address(interest=left, at=at)


def plan_post(stage: Stage, running: Edition, coming: Edition) -> None:
    """The post goes round daily in the last days; before, on evenings with news for a log-in or for all.

    What was due otherwise was news in its day and is left out: mails are most of the story's time.
    """
    since = stage.today - POST_DAILY
    told = {localdate(call.call_opens) for call in (running, coming)}
    told |= {
        localdate(running.call_closes),
        running.ranking_on,
        *(day - DAY for day in running.interview_days),
    }
    mine = [person for person in cast.people("R", "A") if person.name in cast.BY_NAME]
    told |= {
        localdate(at)
        for at, _number, act in stage.acts
        if any(person in getattr(act, "args", ()) for person in mine)
    }
    for day in sorted(day for day in told if day < since):
        stage.at(day, 22, 30, deliver)
    for ago in range(POST_DAILY.days, 0, -1):
        for hour, minute in ROUNDS:
            stage.at(stage.today - ago * DAY, hour, minute, deliver)


def deliver(at: datetime) -> None:
    """A round of the post, at that moment."""
    postman.work(clock=lambda: at, seconds=SECONDS_OF_POST)


@contextmanager
def without_diary() -> Iterator[None]:
    """Every action leaves a line in the log: thousands of them would hide what the demo says."""
    before = logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(before)
