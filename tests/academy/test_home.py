"""What one person finds on the own front page, by what the person is."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.attendance import attendances, own_attendances, with_rules
from assessments.models import AbsenceNotice, AttendanceRule, RectificationRequest
from enrollment.actions.eligibility import ask_for_documents
from enrollment.actions.offers import end_enrollment
from enrollment.models import Application, Enrollment
from tests.factories import (
    a_call,
    a_cohort,
    a_document,
    a_draft,
    a_module,
    a_nomination,
    a_notice,
    a_person,
    a_room,
    a_score,
    a_session,
    a_slot,
    a_test,
    an_application,
    an_enrollment,
    an_instructor,
    an_offer,
    rome,
    somebody_of_the_office,
)
from tests.lesson import BEGIN, END, WHOLE, Lesson, from_to
from tests.registers import registers_of_every_state

pytestmark = pytest.mark.django_db

NOW = rome(2022, 3, 25, 8)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def home(client):
    def read(person, language="en"):
        client.force_login(person)
        client.cookies["django_language"] = language
        return client.get("/home/")

    return read


@pytest.mark.parametrize(
    ("access", "theirs", "not_theirs"),
    [("in_person", "Aula 5", "the call opens at 08:45"), ("remote", "the call opens at 08:45", "Aula 5")],
)
def test_a_participant_finds_the_next_session_and_its_room_or_when_the_call_opens(
    home, cohort, access, theirs, not_theirs
):
    at_nine = {"starts_at": rome(2022, 3, 26, 9), "mode": "hybrid"}
    lesson = a_session(cohort, **at_nine, rooms=[a_room(name="Aula 5")], link="https://c.it")
    page = home(an_enrollment(cohort=cohort, access=access).user)
    assert page.context["next"].pk == lesson.pk
    assert "Tomorrow" in page.text
    assert theirs in page.text
    assert not_theirs not in page.text
    assert "https://c.it" not in page.text


def test_who_attends_may_check_in_from_home_while_the_doors_are_open(home, cohort, time_machine):
    begin = rome(2022, 3, 25, 9)
    lesson = a_session(cohort, starts_at=begin, mode="in_person", instructors=[an_instructor()])
    person, address = an_enrollment(cohort=cohort).user, reverse("assessments:checkin", args=[lesson.pk])
    assert address not in home(person).text
    time_machine.move_to(begin - timedelta(minutes=15), tick=False)
    assert address in home(person).text
    assert address not in home(lesson.teachers.get().instructor.user).text


def test_a_participant_reads_what_budget_is_left(home, cohort, time_machine):
    lesson = Lesson()
    time_machine.move_to(END + timedelta(hours=1), tick=False)
    lesson.call((), from_to(15, 240), WHOLE)
    absent, late = lesson.people[:2]
    assert "[/attendance/] Attendance : left: 2 h of the 6 h that may be missed" in main_of(home(absent.user))
    assert "left: 5 h 45 min of the 6 h that may be missed" in main_of(home(late.user))
    by_mode = {"cohort": lesson.cohort, "scope": "session_mode", "mode": "hybrid", "share": 9500}
    AttendanceRule.objects.create(**by_mode)  # of 4 h, which leaves 12 minutes
    assert "Attendance : out of reach (sessions hybrid)" in main_of(home(late.user))
    Enrollment.objects.filter(pk=late.pk).update(auditor=True)
    assert "may be missed" not in main_of(home(late.user))


def test_home_and_the_page_of_attendance_are_of_one_mind(django_assert_num_queries):
    lesson = registers_of_every_state()
    AttendanceRule.objects.create(cohort=lesson.cohort, scope="in_person", share=2000, excuses_count=True)
    AbsenceNotice.objects.update(state="accepted", answered_at=END, answered_by=lesson.tutor)
    late = Enrollment.objects.filter(cohort=lesson.cohort).latest("starts_on")
    for at in (BEGIN, END + timedelta(days=3), END + timedelta(days=200)):
        for person in (*lesson.people, late):
            [slow] = attendances(person.cohort, [person], at=at)
            with django_assert_num_queries(2):
                [quick] = own_attendances(with_rules(Enrollment.objects.filter(pk=person.pk)), at=at)
            assert (quick.standings, quick.lessons, quick.record) == (
                slow.standings,
                slow.lessons,
                slow.record,
            )


def test_a_participant_finds_published_scores_only(home, cohort):
    enrollment = an_enrollment(cohort=cohort)
    for code, value, published_at in (("B1", 27, NOW), ("B2", 19, None)):
        session = a_session(cohort, module=a_module(cohort, code))
        a_score(a_test(session), enrollment=enrollment, value=value, published_at=published_at)
    page = home(enrollment.user)
    assert [score.value for score in page.context["home"].scores] == [27]
    assert "19" not in page.text.split("Latest results")[1].split("</section>")[0]


def test_an_instructor_finds_the_tests_to_record_and_since_when_they_are_overdue(home, cohort):
    teacher = an_instructor()
    for day, code in ((3, "B1"), (24, "B2")):
        a_test(
            a_session(
                cohort, module=a_module(cohort, code), starts_at=rome(2022, 3, day, 9), instructors=[teacher]
            )
        )
    an_enrollment(cohort=cohort)
    page = home(teacher.user)
    late, recent = page.context["home"].tests
    assert (late[0].module.code, recent[0].module.code) == ("B1", "B2")
    assert late[1]
    assert recent[1] is None
    assert "0 of 1" in page.text
    assert reverse("assessments:scores", args=[late[0].pk]) in page.text


def test_somebody_elses_tests_are_not_on_ones_page(home, cohort):
    a_test(a_session(cohort, starts_at=rome(2022, 3, 3, 9), instructors=[an_instructor()]))
    assert home(an_instructor().user).context["home"].tests == []


def main_of(page):
    """The words of the page below its header, with the addresses they lead to."""
    main = re.sub(r'<a[^>]*href="([^"]*)"[^>]*>', r" [\1] ", page.text.partition("<main")[2])
    return " ".join(re.sub("<.*?>", " ", main).split())


def an_applicant(state, **fields):
    application = (a_draft if state == "draft" else an_application)(state=state, **fields)
    return application, lambda name: reverse(f"enrollment:{name}", args=[application.pk])


def test_an_applicant_finds_how_the_application_stands(home):
    application, address = an_applicant("submitted")
    page = home(application.user)
    assert "Your application has been received" in page.text
    assert address("application") in page.text
    assert reverse("enrollment:schedule") not in page.text


def test_who_has_a_draft_finds_until_when_to_send_it_and_nothing_to_do_after_the_call(home, time_machine):
    call = a_call(opens_at=NOW, closes_at=NOW + timedelta(days=3), answers_by=None)
    draft, _address = an_applicant("draft", cohort=call.cohort)
    words = main_of(home(draft.user))
    assert "Send it by 08:00 (Italian time) on Monday 28 March 2022." in words  # the clocks went on
    assert f"[/cohorts/{call.cohort.code}/apply/] Go on" in words
    time_machine.move_to(call.closes_at, tick=False)
    assert "/apply/" not in main_of(home(draft.user))


def test_who_is_asked_for_documents_finds_until_when_to_send_them(home):
    application, address = an_applicant("submitted")
    ask_for_documents(
        application=application,
        documents=[a_document(a_call(cohort=application.cohort))],
        message="Manca la firma.",
        due_at=rome(2022, 3, 30, 12),
        by=a_person(is_staff=True),
        at=NOW,
    )
    words = main_of(home(application.user))
    assert "Send them by 12:00 (Italian time) on Wednesday 30 March 2022" in words
    assert f"[{address('documents')}] Send the documents" in words


def test_who_is_admissible_finds_an_interview_to_choose_then_the_one_chosen(home):
    application, address = an_applicant("eligible")
    call = a_call(cohort=application.cohort)
    assert address("interview") not in home(application.user).text
    slot = a_slot(call, starts_at=rome(2022, 4, 4, 9, 20))
    assert address("interview") in home(application.user).text
    slot.application, slot.chosen_at = application, NOW
    slot.save()
    assert "Monday 4 April 2022, 09:20" in main_of(home(application.user))


def test_who_is_offered_a_seat_finds_until_when_to_answer(home, time_machine):
    application, address = an_applicant("admitted")
    an_offer(application, made_at=NOW, deadline=rome(2022, 3, 30, 12))
    words = main_of(home(application.user))
    assert "Answer by 12:00 (Italian time) on Wednesday 30 March 2022." in words
    assert f"[{address('offer')}] Answer the offer" in words
    time_machine.move_to(rome(2022, 3, 30, 12), tick=False)
    words = main_of(home(application.user))
    assert "The time to answer is over" in words
    assert address("offer") not in words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("on_reserve", "You are on the reserve list"),
        ("eligible", "Your application is admissible"),
        ("not_suitable", "There is no place for you in this edition"),
        ("excluded", "Your application has been excluded"),
        ("renounced", "You have renounced the place"),
    ],
)
def test_who_only_waits_or_has_been_answered_is_told_so(home, state, words):
    assert words in main_of(home(an_applicant(state)[0].user))


def test_who_has_been_answered_is_not_told_of_the_interview_any_more(home):
    application, _address = an_applicant("not_suitable")
    chosen = {"application": application, "chosen_at": rome(2021, 12, 15), "turnout": "held"}
    a_slot(a_call(cohort=application.cohort), **chosen)
    assert "Your interview" not in main_of(home(application.user))


@pytest.mark.parametrize(
    ("last_day", "words"),
    [(NOW.date(), "You are on the reserve list"), (None, "The reserve list is closed")],
    ids=["today", "the edition has begun"],
)
def test_who_is_on_reserve_is_told_when_seats_are_not_offered_any_more(home, last_day, words):
    application, _address = an_applicant("on_reserve")
    a_call(cohort=application.cohort, refills_until=last_day)
    assert words in main_of(home(application.user))


@pytest.mark.parametrize("state", ["draft", "submitted", "eligible", "admitted", "on_reserve"])
def test_the_page_of_an_applicant_costs_at_most_six_questions(client, django_assert_max_num_queries, state):
    application, _address = an_applicant(state)
    call = a_call(cohort=application.cohort)
    a_slot(call, starts_at=NOW + timedelta(days=9))
    if state == "admitted":
        an_offer(application)
    client.force_login(application.user)
    with django_assert_max_num_queries(6):
        client.get("/home/")


def test_an_employers_contact_finds_the_way_to_the_nominated_people(home):
    nomination = a_nomination(contact=a_person())
    a_nomination(cohort=nomination.cohort, contact=a_person())
    words = main_of(home(nomination.contact))
    address = reverse("enrollment:nomination", args=[nomination.pk])
    assert f"[{address}] {nomination.organisation} edition {nomination.cohort.code}" in words
    assert words.count("/nominations/") == 1
    assert "Your place will be here" not in words


def test_the_office_finds_what_waits_for_it(home):
    an_application()
    an_application(state=Application.State.WITHDRAWN)
    again = an_application(state=Application.State.ADMITTED)
    an_offer(again, state="revoked", answered_at=rome(2021, 12, 18))
    for application in (again, None):
        an_offer(application)
    for state in ("parked", "refused", "sent"):
        a_notice(state=state)
    page = home(somebody_of_the_office())
    found = page.context["home"]
    assert (found.to_check, found.offered, found.to_answer, found.stuck) == (1, 2, 0, 2)
    registers_of_every_state()
    found = home(somebody_of_the_office()).context["home"]
    assert (found.to_answer, RectificationRequest.objects.get().state) == (1, "sent")
    RectificationRequest.objects.update(state="withdrawn")
    assert home(somebody_of_the_office()).context["home"].to_answer == 0
    assert reverse("admin:enrollment_application_changelist") in page.text


def test_the_numbers_of_the_office_are_for_the_office(home):
    assert home(a_person()).context["home"].to_check is None
    assert home(a_person(is_staff=True)).context["home"].to_check is None


def test_whoever_withdrew_finds_an_empty_week(home, cohort):
    enrollment = an_enrollment(cohort=cohort)
    a_session(cohort, starts_at=rome(2022, 3, 26, 9))
    assert home(enrollment.user).context["next"]
    end_enrollment(
        enrollment=enrollment, state="withdrawn", reason="Cambio lavoro.", on=NOW.date(), by=None, at=NOW
    )
    page = home(enrollment.user)
    assert page.context["next"] is None
    assert "No sessions in the next seven days" in page.text


def test_the_week_ends_after_seven_days(home, cohort):
    within, _beyond = (a_session(cohort, starts_at=rome(2022, 3, 25, 14) + timedelta(days=n)) for n in (6, 7))
    page = home(an_enrollment(cohort=cohort).user)
    assert [entry.pk for entry in page.context["home"].week] == [within.pk]


def test_it_speaks_italian(home, cohort):
    a_session(cohort, starts_at=rome(2022, 3, 25, 14))
    page = home(an_enrollment(cohort=cohort).user, "it")
    assert "venerdì 25 marzo 2022" in page.text
    assert "I prossimi sette giorni" in page.text
