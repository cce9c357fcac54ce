"""What a participant sees of the hours attended, and what one writes about them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.actions.absences import accept_notice, refuse_notice, send_notice, withdraw_notice
from assessments.actions.register import Spell, put_right
from assessments.actions.requests import (
    ask_for_rectification,
    grant_request,
    refuse_request,
    withdraw_request,
)
from assessments.attendance import attendances, own_attendances, with_rules
from assessments.models import (
    AbsenceNotice,
    AttendanceRule,
    PlatformReport,
    Presence,
    PresenceInterval,
    RectificationRequest,
)
from courses.refusals import Refusal
from enrollment.models import Enrollment
from tests.classroom import client_of
from tests.factories import a_person, a_session, an_enrollment
from tests.lesson import BEGIN, END, IN_PERSON, REMOTE, WHOLE, Lesson, from_to
from tests.paperwork import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

PAGE = "/attendance/"
DAY = timedelta(days=1)
QUARTER = BEGIN + timedelta(minutes=15)


@pytest.fixture
def lesson(time_machine):
    """Called, with the first person absent and the second late; seen an hour after its end."""
    time_machine.move_to(END + timedelta(hours=1), tick=False)
    lesson = Lesson()
    lesson.call((), from_to(15, 240), WHOLE)
    return lesson


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def standing_of(lesson, person, at=END):
    [found] = attendances(lesson.cohort, [person], at=at)
    return found.overall


def ask(lesson, number=1, spell=None, at=END + DAY):
    return ask_for_rectification(
        enrollment=lesson.people[number],
        session=lesson.session,
        spell=spell or Spell(IN_PERSON, BEGIN, END),
        reason="I came at 14:00",
        by=lesson.people[number].user,
        at=at,
    )


def notify(lesson, number=0, reason="Flu", spell=None, **more):
    person = lesson.people[number]
    return send_notice(
        enrollment=person, session=lesson.session, spell=spell, reason=reason, by=person.user, at=END, **more
    )


def test_the_budget_is_told_in_hours_and_the_percentage_is_cut_off(lesson):
    text = words(client_of(lesson.people[0].user).get(PAGE))
    assert "You may still miss 2 h ." in text
    assert "6 h may be missed; 4 h used" in text
    assert "0 h of 30 h, 0.00%" in text
    text = words(client_of(lesson.people[1].user).get(PAGE))
    assert "3 h 45 min of 30 h, 12.50%" in text
    assert "hybrid in person, late, 14:15–18:00 (roll call) 3 h 45 min of 4 h open" in text


def test_what_one_ticks_is_counted_as_missed(lesson):
    coming = a_session(lesson.cohort, starts_at=END + DAY, minutes=180)
    client = client_of(lesson.people[0].user)
    text = words(client.get(PAGE, {"miss": [coming.pk, "nonsense", "9" * 30]}))
    assert "If you miss what you ticked, you are over the budget: −1 h" in text
    text = words(client.get(PAGE))
    assert "ticked" not in text
    assert "If you miss Friday 21 January, you are over the budget: −1 h." in text


def test_the_next_day_is_counted_as_missed_unasked(lesson):
    for hours in (16, 21):  # the morning and the afternoon of the same day
        a_session(lesson.cohort, starts_at=END + timedelta(hours=hours), minutes=60)
    a_session(lesson.cohort, starts_at=END + 2 * DAY, minutes=60)
    person = lesson.people[2]
    text = words(client_of(person.user).get(PAGE))
    assert "You may still miss 6 h ." in text
    assert "If you miss Friday 21 January, 4 h are left." in text
    Enrollment.objects.filter(pk=person.pk).update(
        state="withdrawn", ends_on=END.date(), ended_at=END, reason="Work"
    )
    assert "If you miss" not in words(client_of(person.user).get(PAGE))


def test_every_session_to_come_may_be_ticked_and_the_one_going_on(lesson, time_machine):
    coming = [
        a_session(lesson.cohort, starts_at=END + n * timedelta(minutes=15), minutes=15) for n in range(15)
    ]
    time_machine.move_to(BEGIN + timedelta(hours=1), tick=False)
    text = client_of(lesson.people[0].user).get(PAGE, {"miss": coming[-1].pk}).text
    ticks = re.findall(r'name="miss"\s+value="(\d+)"', text)
    assert ticks == [str(one.pk) for one in (lesson.session, *coming)]
    assert "4 later sessions" in text
    assert text.count("<details open") == 2


def test_the_page_says_who_said_it_how_it_was_planned_and_how_far_the_register_is(lesson):
    client = client_of(lesson.people[1].user)
    lesson.sign()
    assert "(roll call) 3 h 45 min of 4 h signed" in words(client.get(PAGE))
    put_right(
        session=lesson.session,
        enrollment=lesson.people[1],
        spells=(Spell(REMOTE, BEGIN, END),),
        reason="In the call from the start",
        by=lesson.tutor,
        at=END,
    )
    lesson.close()
    text = words(client.get(PAGE))
    assert "hybrid remotely, 14:00–18:00 (office) In the call from the start 4 h of 4 h closed" in text
    assert "In the call" not in words(client_of(lesson.people[0].user).get(PAGE))
    kept_by_nobody = a_session(lesson.cohort, starts_at=BEGIN - DAY, minutes=60, mode="remote")
    told = PresenceInterval(session=kept_by_nobody, enrollment=lesson.people[1], source="room_code")
    told.attendance = "in_person"
    told.starts_at, told.ends_at, told.by, told.at = BEGIN - DAY, kept_by_nobody.ends_at, lesson.tutor, END
    assert "remote nobody has said yet not kept yet" in words(client.get(PAGE))
    told.save()
    assert "(code in the room) 1 h of 1 h not kept yet" in words(client.get(PAGE))


def test_older_sessions_are_folded_away_and_those_missed_are_counted(lesson):
    client = client_of(lesson.people[0].user)
    assert "earlier" not in words(client.get(PAGE))
    for number in range(8):
        a_session(lesson.cohort, starts_at=END + number * timedelta(minutes=5), minutes=5)
    assert "1 earlier session 1 missed in part or whole" in words(client.get(PAGE))


def test_a_notice_of_a_session_to_come_is_taken_back_from_the_page(lesson):
    coming, client = a_session(lesson.cohort, starts_at=END + DAY), client_of(lesson.people[0].user)
    client.post(reverse("assessments:absence", args=[coming.pk]), {"reason": "Flu"})
    address = reverse("assessments:take_back", args=["absence", AbsenceNotice.objects.get().pk])
    text = client.get(PAGE).text
    assert re.search(rf'<button[^>]*form="taking-back"[^>]*formaction="{address}"', text)
    assert text.count('id="taking-back"') == 1
    client.post(address)
    assert AbsenceNotice.objects.get().state == "withdrawn"
    assert reverse("assessments:absence", args=[coming.pk]) in client.get(PAGE).text


def test_a_request_taken_back_may_be_made_again_from_the_page(lesson):
    client, address = (
        client_of(lesson.people[1].user),
        reverse("assessments:rectification", args=[lesson.session.pk]),
    )
    assert address in client.get(PAGE).text
    request = ask(lesson)
    assert address not in client.get(PAGE).text
    withdraw_request(request=request, by=None, at=END)
    assert address in client.get(PAGE).text
    refuse_request(rectificationrequest=ask(lesson), words="All of it?", by=lesson.tutor, at=END)
    text = client.get(PAGE).text
    assert "All of it?" in text
    assert address in text


def test_once_a_register_is_locked_nobody_is_asked_why(lesson):
    client = client_of(lesson.people[0].user)
    lesson.sign()
    lesson.close()
    assert "Say why" in words(client.get(PAGE))
    lesson.lock()
    assert "Say why" not in words(client.get(PAGE))


def test_who_was_there_all_the_time_may_ask_too(lesson):
    text = words(client_of(lesson.people[2].user).get(PAGE))
    assert "Ask for a rectification" in text  # as in person, or remotely
    assert "Say why" not in text


def test_what_was_said_and_taken_back_is_no_absence(lesson):
    session, person = a_session(lesson.cohort, starts_at=BEGIN - DAY, minutes=60), lesson.people[2]
    report = PlatformReport.objects.create(
        session=session, platform="zoom", name="zoom.csv", digest="0" * 64, by=lesson.tutor, at=END
    )
    facts = {"session": session, "enrollment": person, "source": "platform", "report": report}
    facts |= {"by": lesson.tutor, "at": END, "attendance": "remote"}
    times = {"starts_at": session.starts_at, "ends_at": session.ends_at}
    first = PresenceInterval.objects.create(**facts, **times)
    assert standing_of(lesson, person).attended == 300
    PresenceInterval.objects.create(**facts, supersedes=first)
    [own] = own_attendances(with_rules(Enrollment.objects.filter(pk=person.pk)), at=END)
    for standing in (standing_of(lesson, person), own.overall):
        assert (standing.attended, standing.missed, standing.awaited) == (240, 0, 60)


def test_nobody_sees_anything_of_others(lesson):
    mine, other = lesson.people[0], lesson.people[1]
    assert other.user.name not in client_of(mine.user).get(PAGE).text
    assert "No hours yet" in client_of(a_person()).get(PAGE).text


@pytest.mark.parametrize("empty", ["starts", "ends"])
def test_i_was_there_says_from_when_to_when_and_nothing_is_claimed_by_leaving_it_empty(lesson, empty):
    times = {"starts": "14:00", "ends": "18:00"} | {empty: ""}
    said = {"attendance": "in_person", "reason": "I came at 14:00", **times}
    answer = client_of(lesson.people[1].user).post(f"{PAGE}{lesson.session.pk}/rectification/", said)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [empty])
    assert not RectificationRequest.objects.exists()


def test_who_wants_a_register_put_right_reads_what_it_says(lesson):
    address = reverse("assessments:rectification", args=[lesson.session.pk])
    text = words(client_of(lesson.people[1].user).get(address))
    assert "The register says: in person, late, 14:15–18:00, 3 h 45 min (roll call)." in text


@pytest.mark.parametrize("what", ["absence", "rectification"])
def test_a_session_one_does_not_follow_does_not_exist(lesson, what):
    address = reverse(f"assessments:{what}", args=[lesson.session.pk])
    late = an_enrollment(cohort=lesson.cohort, starts_on=(END + DAY).date())
    for stranger in (a_person(), an_enrollment().user, late.user):
        assert client_of(stranger).get(address).status_code == 404
    assert client_of(lesson.people[0].user).get(address).status_code == 200


def test_a_notice_fills_in_the_roll_call_and_never_the_register(lesson):
    before = list(Presence.objects.order_by("pk").values())
    accept_notice(absencenotice=notify(lesson), by=lesson.tutor, at=END)
    assert list(Presence.objects.order_by("pk").values()) == before


def test_an_accepted_absence_counts_only_where_the_rule_lets_excuses_count(lesson):
    accept_notice(absencenotice=notify(lesson), by=lesson.tutor, at=END)
    assert standing_of(lesson, lesson.people[0]).missed == 240
    AttendanceRule.objects.create(cohort=lesson.cohort, excuses_count=True)
    assert standing_of(lesson, lesson.people[0]).missed == 0


@pytest.mark.parametrize("scope", ["module", "block"])
def test_of_a_module_or_block_the_programme_says_how_much_there_is_to_attend(lesson, scope):
    """Also of what the timetable does not have yet, or no longer has."""
    AttendanceRule.objects.create(cohort=lesson.cohort, scope=scope, share=7500)
    module = lesson.session.module
    key, whole = (
        (module.code, module.minutes) if scope == "module" else (module.block.code, module.block.minutes)
    )
    assert whole > lesson.session.minutes
    [told] = attendances(lesson.cohort, [lesson.people[0]], at=END)
    [own] = own_attendances(with_rules(Enrollment.objects.filter(pk=lesson.people[0].pk)), at=END)
    for found in (told, own):
        bases = {one.rule.key: one.rule.base for one in found.standings[1:]}
        assert sum(bases.values()) == lesson.cohort.programme.minutes
        [of_it] = [one for one in found.standings[1:] if one.rule.key == key]
        assert (of_it.rule.base, of_it.missed, of_it.reachable) == (
            whole,
            240,
            whole * 3 <= (whole - 240) * 4,
        )


def test_a_notice_is_sent_once_taken_back_and_sent_again(lesson):
    first = notify(lesson)
    assert notify(lesson) == first
    with pytest.raises(Refusal, match="already sent"):
        notify(lesson, reason="Another reason")
    withdraw_notice(notice=first, by=None, at=END)
    assert notify(lesson, reason="Another reason") != first


def test_what_was_answered_is_not_taken_back_and_a_refusal_says_why(lesson):
    notice = notify(lesson)
    with pytest.raises(Refusal, match="Say why"):
        refuse_notice(absencenotice=notice, words=" ", by=lesson.tutor, at=END)
    refuse_notice(absencenotice=notice, words="Send the certificate", by=lesson.tutor, at=END)
    with pytest.raises(Refusal, match="answered meanwhile"):
        withdraw_notice(notice=notice, by=None, at=END)
    client = client_of(lesson.people[0].user)
    text = client.get(PAGE).text
    assert "Send the certificate" in text
    address = reverse("assessments:absence", args=[lesson.session.pk])
    assert address in text
    assert client.post(address, {"reason": "Flu", "attachment": upload(PDF)}).status_code == 302
    assert address not in client.get(PAGE).text
    with pytest.raises(Refusal, match="another notice since"):
        accept_notice(absencenotice=notice, by=lesson.tutor, at=END)
    second = AbsenceNotice.objects.get(state="sent")
    assert accept_notice(absencenotice=second, by=lesson.tutor, at=END).state == "accepted"
    assert client.post(address, {"reason": "Flu again"}).status_code == 422


@pytest.mark.parametrize("minutes", [(-5, 60), (60, 300), (60, 60), (90, 30)])
def test_times_outside_the_session_or_reversed_are_refused(lesson, minutes):
    first, last = (BEGIN + timedelta(minutes=one) for one in minutes)
    with pytest.raises(Refusal):
        notify(lesson, spell=(first, last))
    with pytest.raises(Refusal):
        ask(lesson, spell=Spell(IN_PERSON, first, last))


def test_a_notice_with_its_file_is_sent_from_the_page_and_read_by_nobody_else(lesson):
    mine, other = client_of(lesson.people[0].user), client_of(lesson.people[1].user)
    address = reverse("assessments:absence", args=[lesson.session.pk])
    bad = mine.post(address, {"reason": "Flu", "attachment": upload(b"<html><script>")})
    assert (bad.status_code, "Flu" in bad.text) == (422, True)
    assert mine.post(address, {"reason": "Flu", "attachment": upload(PDF)}).status_code == 302
    file = reverse("assessments:absence_attachment", args=[AbsenceNotice.objects.get().attachment.pk])
    answer = mine.get(file)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert other.get(file).status_code == 404
    assert client_of(lesson.teacher).get(file).status_code == 404


def upload(content: bytes):
    return SimpleUploadedFile("certificate.pdf", content)


def test_i_was_there_is_asked_for_within_three_days_and_once(lesson):
    first = ask(lesson, at=END + 3 * DAY)
    assert ask(lesson, at=END + 3 * DAY) == first
    with pytest.raises(Refusal, match="already asked"):
        ask(lesson, spell=from_to(0, 200)[0])
    with pytest.raises(Refusal, match="three days"):
        ask(lesson, number=0, at=END + 3 * DAY + timedelta(seconds=1))


def test_the_three_days_run_anew_from_the_signature(lesson, time_machine):
    lesson.sign(at=END + 2 * DAY)
    assert ask(lesson, at=END + 5 * DAY)


def test_the_three_days_run_anew_for_whom_a_signed_register_is_put_right(lesson, time_machine):
    lesson.sign(at=END)
    lesson.close()
    first, second, _third = lesson.people
    put_right(
        session=lesson.session,
        enrollment=first,
        spells=(),
        reason="Not there",
        by=lesson.tutor,
        at=END + 4 * DAY,
    )
    time_machine.move_to(END + 5 * DAY, tick=False)
    assert "I was there" in client_of(first.user).get(PAGE).text
    assert "until 27/01/2022 18:00" in client_of(first.user).get(PAGE).text
    assert "I was there" not in client_of(second.user).get(PAGE).text
    with pytest.raises(Refusal, match="three days"):
        ask(lesson, number=1, at=END + 5 * DAY)
    assert ask(lesson, number=0, at=END + 7 * DAY)


def test_a_roll_called_before_the_signature_gives_no_more_time(lesson):
    lesson.call(WHOLE, WHOLE, WHOLE, at=END + DAY)
    with pytest.raises(Refusal, match="three days"):
        ask(lesson, at=END + 3 * DAY + timedelta(seconds=1))


def test_a_request_that_is_granted_puts_the_register_right(lesson):
    grant_request(rectificationrequest=ask(lesson), words="Seen in the room", by=lesson.tutor, at=END + DAY)
    assert lesson.minutes() == [0, 240, 240]
    assert client_of(lesson.people[1].user).get(PAGE).text.count("Seen in the room") == 1
    request = RectificationRequest.objects.get()
    assert (request.state, request.answer) == ("accepted", "Seen in the room")


def test_a_request_that_is_refused_leaves_the_register_as_it_is(lesson):
    request = ask(lesson)
    refuse_request(rectificationrequest=request, words="The door says 14:15", by=lesson.tutor, at=END + DAY)
    assert lesson.minutes() == [0, 225, 240]


def test_one_takes_back_ones_own_and_nobody_elses(lesson):
    request = ask(lesson)
    address = reverse("assessments:take_back", args=["request", request.pk])
    assert client_of(lesson.people[0].user).post(address).status_code == 404
    assert client_of(lesson.people[1].user).post(address).status_code == 302
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_the_page_asks_as_much_for_one_session_as_for_many(lesson, django_assert_max_num_queries):
    client = client_of(lesson.people[0].user)
    with django_assert_max_num_queries(20) as few:
        client.get(PAGE)
    for number in range(1, 20):
        a_session(lesson.cohort, starts_at=BEGIN - 6 * DAY + number * timedelta(minutes=20), minutes=20)
    with django_assert_max_num_queries(len(few)):
        client.get(PAGE)
