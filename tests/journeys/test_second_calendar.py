"""The feed and the mails, read by a calendar program that is nobody's library here: Debian's calcurse."""

import os
import shutil
import subprocess
from datetime import date, timedelta

import pytest
from django.test import Client

from academy.letter import Desk
from academy.models import Notice
from academy.postman import KINDS
from courses.actions.timetable import cancel_session, move_session
from enrollment.access import calendar_token
from tests.factories import a_cohort, a_module, a_person, a_session, an_enrollment, rome

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CALCURSE = shutil.which("calcurse")
AT = rome(2022, 3, 1, 9)
FORMAT = "%(start:%Y-%m-%d %H:%M)|%(end:%H:%M)|%m\n"


@pytest.fixture
def read(tmp_path):
    """What calcurse, living in `zone`, knows after importing a text. Skipped without it, but not in CI."""
    if not CALCURSE:
        assert "CI" not in os.environ, "In CI the second calendar must be there: apt-get install calcurse"
        pytest.skip("no second calendar: apt-get install calcurse")

    def read(text: bytes, zone: str = "Europe/Rome") -> list[str]:
        home = tmp_path / zone.replace("/", "-") / str(len(list(tmp_path.rglob("*.ics"))))
        home.mkdir(parents=True)
        (home / "feed.ics").write_bytes(text)
        calcurse = [CALCURSE, "--datadir", home, "--confdir", home]
        asked = [
            "-Q",
            "--from",
            "01/01/2022",
            "--days",
            "365",
            "--filter-type",
            "apt",
            "--format-apt",
            FORMAT,
        ]
        environment = os.environ | {"TZ": zone, "LC_ALL": "C.UTF-8"}
        for command in (["--quiet", "--import", home / "feed.ics"], asked):
            done = subprocess.run(
                [*calcurse, *command], env=environment, check=True, capture_output=True, timeout=30
            )
        return [line for line in done.stdout.decode().splitlines() if "|" in line]

    return read


@pytest.fixture
def person():
    """Follows an edition with a session before and after each change of the clocks of 2022."""
    cohort = a_cohort(starts_on=date(2022, 1, 13), ends_on=date(2022, 12, 20))
    person = a_person(language="en")
    an_enrollment(cohort=cohort, user=person, access="remote")
    for day in ((3, 25), (3, 28), (10, 28), (10, 31)):
        a_session(cohort, starts_at=rome(2022, *day, 9), link="https://meet.example.org/s", at=AT)
    return person


def feed(person) -> bytes:
    return Client().get(f"/calendar/{calendar_token(person)}.ics").content


def mail(person, session) -> bytes:
    """The calendar that the mail about a change of `session` brings."""
    notice = Notice(kind="session_changed", user=person, key=session.pk, revision=session.revision, due_at=AT)
    written = Desk().write(KINDS["session_changed"], [notice], AT).message()
    [part] = [part for part in written.walk() if part.get_content_type() == "text/calendar"]
    return part.get_payload(decode=True)


def test_local_times_are_right_on_both_sides_of_both_changes_of_the_clocks(read, person):
    days = ("2022-03-25", "2022-03-28", "2022-10-28", "2022-10-31")
    assert read(feed(person)) == [f"{day} 09:00|13:00|Travel plans" for day in days]
    in_utc = ("08:00|12:00", "07:00|11:00", "07:00|11:00", "08:00|12:00")
    assert read(feed(person), "UTC") == [
        f"{day} {hours}|Travel plans" for day, hours in zip(days, in_utc, strict=True)
    ]


def test_a_moved_session_moves_and_a_cancelled_one_stays_as_cancelled(read, person):
    cohort = person.enrollments.get().cohort
    first, second, *_autumn = cohort.sessions.order_by("starts_at")
    starts_at = rome(2022, 3, 29, 14)
    moved = move_session(
        session=first, starts_at=starts_at, ends_at=starts_at + timedelta(hours=4), by=None, at=AT
    )
    cancelled = cancel_session(session=second, by=None, at=AT)
    new = [
        "2022-03-28 09:00|13:00|Cancelled: Travel plans",
        "2022-03-29 14:00|18:00|Travel plans",
    ]
    assert read(feed(person))[:2] == new
    assert len(read(feed(person))) == 4
    assert [*read(mail(person, cancelled)), *read(mail(person, moved))] == new


def test_what_people_write_reaches_the_second_calendar_whole(read, person):
    cohort = person.enrollments.get().cohort
    topic = "Reti, nodi; «città» \\ 100 % – " + "lunghissima " * 9 + "lunghissima"
    a_session(cohort, module=a_module(cohort, "B2"), starts_at=rome(2022, 4, 1, 9), topic_en=topic, at=AT)
    assert f"2022-04-01 09:00|13:00|{topic}" in read(feed(person))
