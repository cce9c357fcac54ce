"""The office makes a timetable, releases it, moves and cancels; people hear of each, once."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from academy.postman import sweep
from courses.models import Session, TimetableDraft
from tests.classroom import client_of
from tests.factories import (
    a_cohort,
    a_module,
    a_person,
    a_room,
    an_enrollment,
    an_instructor,
    rome,
    somebody_of_the_office,
)

pytestmark = pytest.mark.django_db

NOW = rome(2022, 1, 14, 10)
THURSDAY = rome(2022, 1, 27, 14)


@pytest.fixture
def world(time_machine):
    """An edition with a member and an instructor, and the clock of an office morning."""
    time_machine.move_to(NOW, tick=False)
    cohort = a_cohort()
    member = an_enrollment(user=a_person(language="en"), cohort=cohort).user
    teacher = an_instructor(user=a_person(name="Ada Lovati", language="en"))
    return cohort, member, teacher, client_of(somebody_of_the_office())


def form(starts_at, **fields) -> dict:
    ends_at = starts_at + timedelta(hours=4)
    moments = {"starts_at": starts_at, "ends_at": ends_at}
    halves = {f"{name}_0": f"{moment:%Y-%m-%d}" for name, moment in moments.items()}
    halves |= {f"{name}_1": f"{moment:%H:%M}" for name, moment in moments.items()}
    return halves | {"mode": "hybrid", "link": "", "reason": ""} | fields


def letters_after(minutes: int, time_machine) -> dict[str, list[str]]:
    """Address → subjects of the mails of the next minutes."""
    mail.outbox.clear()
    time_machine.move_to(timezone.now() + timedelta(minutes=minutes), tick=False)
    for _round in range(2):  # a second sweep sends nothing twice
        sweep(clock=timezone.now, seconds=5)
    found: dict[str, list[str]] = {}
    for letter in mail.outbox:
        found.setdefault(letter.to[0], []).append(letter.subject)
    return found


def test_a_timetable_is_drafted_released_moved_and_cancelled_and_everybody_hears_once(world, time_machine):
    cohort, member, teacher, office = world
    office.post(reverse("admin:courses_timetabledraft_add"), {"cohort": cohort.pk})
    draft = TimetableDraft.objects.get()
    for day in (0, 1):
        facts = {"module": a_module(cohort).pk, "purpose": "teaching", "kind": ""}
        facts |= {"rooms": [a_room().pk], "instructors": [teacher.pk], "topic_it": "", "topic_en": ""}
        add = reverse("admin:courses_timetabledraft_add_session", args=[draft.pk])
        assert office.post(add, form(THURSDAY + timedelta(days=day), **facts)).status_code == 302
    assert letters_after(20, time_machine) == {}
    assert not Session.objects.exists()

    release = reverse("admin:courses_timetabledraft_release", args=[draft.pk])
    assert office.post(release, {"note": ""}).status_code == 302
    subject = f"New sessions of {cohort.code}"
    assert letters_after(9, time_machine) == {}
    assert letters_after(2, time_machine) == {member.email: [subject], teacher.user.email: [subject]}
    assert "Thursday 27 January 2022" in mail.outbox[0].body
    assert client_of(member).get("/schedule/?view=week&on=2022-01-27").text.count("Travel plans") >= 2

    first, second = Session.objects.order_by("starts_at")
    move = reverse("admin:courses_session_move", args=[first.pk])
    moved = form(THURSDAY - timedelta(days=1), reason="Strike", rooms=[a_room().pk])
    read = office.post(move, moved)
    assert "1 participant is told." in read.text
    seen = re.search(r'name="foreseen" value="(\w+)"', read.text)[1]
    assert office.post(move, moved | {"foreseen": seen}).status_code == 302
    told = letters_after(11, time_machine)
    assert {address: len(subjects) for address, subjects in told.items()} == {
        member.email: 1,
        teacher.user.email: 1,
    }
    assert told[member.email][0].startswith("Changed: Travel plans, Wednesday 26 January")

    office.post(reverse("admin:courses_session_cancel", args=[second.pk]), {"reason": "Strike"})
    told = letters_after(11, time_machine)
    assert told[member.email] == ["Cancelled: Travel plans, Friday 28 January at 14:00"]
    assert letters_after(30, time_machine) == {}
