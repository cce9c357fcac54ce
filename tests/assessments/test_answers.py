"""The tutor answers notices of absence and requests for a rectification, and finds what waits."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.actions.absences import accept_notice, refuse_notice, withdraw_notice
from assessments.actions.register import Spell, put_right
from assessments.actions.requests import grant_request, refuse_request
from assessments.desk import desks_of, waiting_for
from assessments.models import AbsenceNotice, Rectification, RectificationRequest
from courses.models import Role
from courses.refusals import Refusal
from tests.assessments.test_attendance import ask, notify, upload
from tests.classroom import client_of
from tests.factories import a_cohort, a_person, a_session, an_instructor, somebody_of_the_office
from tests.lesson import BEGIN, END, IN_PERSON, WHOLE, Lesson, from_to
from tests.paperwork import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

DAY = timedelta(days=1)


@pytest.fixture
def lesson(time_machine):
    """Called, with the first person absent and the second late; seen a day after its end."""
    time_machine.move_to(END + DAY, tick=False)
    lesson = Lesson()
    lesson.call((), from_to(15, 240), WHOLE)
    Role.objects.create(user=lesson.tutor, cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    return lesson


def page_of(thing) -> str:
    name = "absence" if isinstance(thing, AbsenceNotice) else "request"
    return reverse(f"assessments:answer_{name}", args=[thing.pk])


def give(client, thing, do, words="", seen="sent"):
    return client.post(page_of(thing), {"do": do, "words": words, "seen": seen})


def words_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_tutor_reads_what_was_sent_beside_what_the_register_says(lesson):
    tutor = client_of(lesson.tutor)
    text = words_of(tutor.get(page_of(ask(lesson))))
    assert "in person, 14:00–18:00, 4 h" in text
    assert "I came at 14:00" in text
    assert "Answer (optional)" not in text
    assert "in person, late, 14:15–18:00, 3 h 45 min (roll call); register open" in text
    notice = notify(lesson, reason="Flu\nand fever")
    text = words_of(tutor.get(page_of(notice)))
    assert "the whole session" in text
    assert "Answer (optional)" in text
    assert "Flu and fever" in text


def test_a_notice_is_accepted_without_words_and_refused_with_some(lesson):
    tutor, notice = client_of(lesson.tutor), notify(lesson)
    assert give(tutor, notice, "refused").status_code == 422
    assert give(tutor, notice, "accepted").status_code == 302
    notice.refresh_from_db()
    assert (notice.state, notice.answered_by, notice.answered_at) == ("accepted", lesson.tutor, END + DAY)
    changed = give(tutor, notice, "refused", "No certificate came", seen="accepted")
    assert changed.status_code == 302
    notice.refresh_from_db()
    assert (notice.state, notice.answer) == ("refused", "No certificate came")


def test_a_request_that_is_granted_puts_even_a_closed_register_right(lesson):
    lesson.sign()
    lesson.close()
    request = ask(lesson)
    tutor = client_of(lesson.tutor)
    assert give(tutor, request, "accepted").status_code == 422
    assert give(tutor, request, "accepted", "Seen in the room").status_code == 302
    assert lesson.minutes() == [0, 240, 240]
    rectification = Rectification.objects.get()
    assert (rectification.by, rectification.reason) == (lesson.tutor, "Seen in the room")


def test_a_request_that_is_refused_changes_nothing(lesson):
    request = ask(lesson)
    assert give(client_of(lesson.tutor), request, "refused", "The door says 14:15").status_code == 302
    assert lesson.minutes() == [0, 225, 240]
    assert "The door says 14:15" in client_of(request.enrollment.user).get("/attendance/").text


def test_of_two_who_answer_the_second_is_told(lesson):
    tutor, notice, request = client_of(lesson.tutor), notify(lesson), ask(lesson)
    refuse_notice(absencenotice=notice, words="Too late", by=a_person(), at=END)
    refuse_request(rectificationrequest=request, words="The door says 14:15", by=a_person(), at=END)
    for thing in (notice, request):
        answer = give(tutor, thing, "accepted", "Seen in the room")
        assert answer.status_code == 409
        assert "Somebody else has answered it meanwhile." in answer.text
        thing.refresh_from_db()
        assert thing.state == "refused"
    assert 'value="refused"' in tutor.get(page_of(notice)).text
    assert 'name="do"' not in tutor.get(page_of(request)).text


@pytest.mark.parametrize("act", [accept_notice, grant_request])
def test_what_was_read_before_somebody_answered_is_not_answered_over(lesson, act):
    stale = notify(lesson) if act is accept_notice else ask(lesson)
    refuse = refuse_notice if act is accept_notice else refuse_request
    now = type(stale).objects.get(pk=stale.pk)
    refuse(**{stale._meta.model_name: now}, words="No", by=lesson.tutor, at=END)
    with pytest.raises(Refusal, match="Somebody else"):
        act(**{stale._meta.model_name: stale}, words="Yes", by=lesson.tutor, at=END)
    assert lesson.minutes() == [0, 225, 240]


def test_the_same_answer_twice_is_one(lesson):
    tutor, request = client_of(lesson.tutor), ask(lesson)
    for _ in range(2):
        assert give(tutor, request, "accepted", "Seen in the room").status_code == 302
    assert lesson.minutes() == [0, 240, 240]
    assert give(tutor, request, "refused", "On second thoughts").status_code == 409
    assert RectificationRequest.objects.get().state == "accepted"


def test_what_was_taken_back_is_not_there_any_more(lesson):
    notice = notify(lesson)
    withdraw_notice(notice=notice, by=None, at=END)
    assert client_of(lesson.tutor).get(page_of(notice)).status_code == 404


def test_a_request_that_would_cost_minutes_warns_who_grants_it(lesson):
    text = words_of(client_of(lesson.tutor).get(page_of(ask(lesson, spell=from_to(0, 60)[0]))))
    assert "1 h instead of 3 h 45 min" in text


@pytest.mark.parametrize("data", [{}, {"do": "maybe", "seen": "sent"}, {"do": "accepted", "seen": "\0"}])
def test_a_form_nobody_wrote_is_no_request(lesson, data):
    assert client_of(lesson.tutor).post(page_of(notify(lesson)), data).status_code == 400
    assert AbsenceNotice.objects.get().state == "sent"


def test_words_with_a_nul_byte_are_refused_in_words(lesson):
    assert give(client_of(lesson.tutor), notify(lesson), "refused", "No\0").status_code == 422


def test_only_the_tutor_of_the_edition_and_the_office_answer(lesson):
    notice, request = notify(lesson), ask(lesson)
    elsewhere = a_person()
    Role.objects.create(user=elsewhere, cohort=a_cohort(), kind=Role.Kind.TUTOR)
    Role.objects.create(user=elsewhere, cohort=lesson.cohort, kind=Role.Kind.COMMITTEE)
    for stranger in (elsewhere, lesson.teacher, lesson.people[0].user, lesson.people[1].user):
        for thing in (notice, request):
            assert client_of(stranger).get(page_of(thing)).status_code == 404
            assert give(client_of(stranger), thing, "accepted", "Yes").status_code == 404
    for person in (lesson.tutor, somebody_of_the_office()):
        assert client_of(person).get(page_of(notice)).status_code == 200
        assert client_of(person).get(page_of(request)).status_code == 200


def test_a_locked_register_is_put_right_by_the_office_alone(lesson):
    request = ask(lesson)
    lesson.sign()
    lesson.close()
    lesson.lock()
    assert client_of(lesson.tutor).get(page_of(request)).status_code == 404
    assert waiting_for(lesson.tutor) == 0
    assert give(client_of(somebody_of_the_office()), request, "accepted", "Seen").status_code == 302
    assert lesson.minutes() == [0, 240, 240]


# --- what waits --------------------------------------------------------------------------------


def test_the_tutor_finds_everything_that_waits_on_one_page(lesson):
    notice, request = notify(lesson), ask(lesson)
    today = a_session(lesson.cohort, starts_at=END + DAY - timedelta(hours=1), minutes=120)
    [desk] = desks_of(lesson.tutor, at=END + DAY)
    assert (desk.absences, desk.requests) == ([notice], [request])
    assert (desk.unsigned, desk.to_close, desk.coming) == ([lesson.session], [], [today])
    lesson.sign()
    [desk] = desks_of(lesson.tutor, at=END + DAY)
    assert (desk.unsigned, desk.to_close) == ([], [lesson.session])
    page = client_of(lesson.tutor).get("/teaching/")
    register = reverse("assessments:register", args=[lesson.session.pk])
    for address in (
        page_of(notice),
        page_of(request),
        register,
        reverse("assessments:code", args=[today.pk]),
        reverse("assessments:edition_attendance", args=[lesson.cohort.pk]),
    ):
        assert f'href="{address}"' in page.text
    assert waiting_for(lesson.tutor) == desk.waiting == 3


def test_once_everything_is_done_nothing_waits(lesson):
    lesson.sign()
    lesson.close()
    assert "Nothing waits for you" in client_of(lesson.tutor).get("/teaching/").text
    assert waiting_for(lesson.tutor) == 0


def test_of_another_edition_nothing_is_on_the_page(lesson):
    notify(lesson)
    lesson.sign()
    other = a_person()
    Role.objects.create(user=other, cohort=a_cohort(), kind=Role.Kind.TUTOR)
    [desk] = desks_of(other, at=END + DAY)
    assert (desk.waiting, desk.sessions, waiting_for(other)) == (0, [], 0)


def test_who_teaches_and_is_tutor_finds_both(lesson):
    Role.objects.create(user=lesson.teacher, cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    page = client_of(lesson.teacher).get("/teaching/")
    assert [desk.cohort for desk in page.context["desks"]] == [lesson.cohort]
    assert [edition.cohort for edition in page.context["editions"]] == [lesson.cohort]


def test_home_counts_what_waits_for_the_tutor_and_leads_there(lesson):
    notify(lesson)
    lesson.sign()
    text = client_of(lesson.tutor).get("/home/").text
    assert "2 registers, notices and requests wait for you." in text
    assert text.count('href="/teaching/"') == 2  # the way around, and the card
    assert "Your place will be here" not in text
    assert "waits for you" not in client_of(lesson.people[0].user).get("/home/").text


def test_the_tutor_opens_the_sessions_of_the_edition_and_no_others(lesson):
    tutor = client_of(lesson.tutor)
    page = tutor.get(reverse("enrollment:session", args=[lesson.session.pk]))
    assert reverse("assessments:register", args=[lesson.session.pk]) in page.text
    assert tutor.get(reverse("enrollment:session", args=[a_session().pk])).status_code == 404


def test_the_tutor_reads_the_file_of_a_notice(lesson):
    mine = client_of(lesson.people[0].user)
    address = reverse("assessments:absence", args=[lesson.session.pk])
    mine.post(address, {"reason": "Flu", "attachment": upload(PDF)})
    notice = AbsenceNotice.objects.get()
    file = reverse("assessments:absence_attachment", args=[notice.attachment.pk])
    assert file in client_of(lesson.tutor).get(page_of(notice)).text
    assert client_of(lesson.tutor).get(file).status_code == 200


def test_the_page_asks_as_much_for_one_thing_as_for_many(lesson, django_assert_max_num_queries):
    def more(number):
        start = BEGIN - 6 * DAY + number * timedelta(minutes=30)
        session = a_session(lesson.cohort, starts_at=start, minutes=20, instructors=[an_instructor()])
        for person in lesson.people:
            AbsenceNotice.objects.create(enrollment=person, session=session, reason="Flu", sent_at=END)

    more(0)
    client = client_of(lesson.tutor)
    with django_assert_max_num_queries(12) as few:
        client.get("/teaching/")
    for number in range(1, 20):
        more(number)
    with django_assert_max_num_queries(len(few)):
        client.get("/teaching/")


def test_what_the_office_had_decided_stays_when_the_same_is_granted(lesson):
    request = ask(lesson)
    put_right(
        session=lesson.session,
        enrollment=lesson.people[1],
        spells=(Spell(IN_PERSON, BEGIN, END),),
        reason="Seen",
        by=lesson.tutor,
        at=END,
    )
    assert give(client_of(lesson.tutor), request, "accepted", "Indeed").status_code == 302
    assert lesson.minutes() == [0, 240, 240]
