"""Every kind of notice has its sentence, and its words in both languages."""

import inspect
from datetime import date, timedelta
from functools import partial
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.urls import resolve, reverse
from django.utils.translation import override
from icalendar import Calendar

from academy.letter import Desk
from academy.models import Notice, User
from academy.postman import KINDS
from assessments.actions.register import put_right
from assessments.models import AttendanceRule
from assessments.notices import ScorePublished
from courses.actions.timetable import cancel_session, change_places, move_session, substitute_teacher
from courses.notices import NoticeKind
from enrollment.access import calendar_token
from enrollment.actions.choices import choose_place
from enrollment.actions.eligibility import ask_for_documents
from enrollment.actions.passages import pass_to
from enrollment.models import ApplicationPassage, Interest
from tests.factories import (
    a_call,
    a_certificate,
    a_cohort,
    a_document,
    a_milestone,
    a_nomination,
    a_person,
    a_project,
    a_release,
    a_room,
    a_score,
    a_session,
    a_slot,
    a_team,
    a_test,
    a_timetable_draft,
    a_tutor,
    an_application,
    an_appointment,
    an_enrollment,
    an_instructor,
    an_offer,
    rome,
)
from tests.lesson import BEGIN, END, WHOLE, Lesson, from_to
from tests.projects import projects_of_every_state
from tests.surveys import asked as questionnaire_put

AT = rome(2022, 2, 3, 18)
QUESTIONS = {"due", "still_due", "context", "path"}


def answered(before, after, **fields):
    application = an_application(state=before)
    pass_to(application, after, by=None, at=AT, **fields)
    [passage] = ApplicationPassage.objects.filter(application=application).exclude(before="")
    return application.user, [(application.pk, passage.pk)]


def received():
    application = an_application()
    return application.user, [(application.pk, 0)]


def documents(number):
    application = an_application()
    call = a_call(cohort=application.cohort)
    ask_for_documents(
        application=application,
        documents=[
            a_document(call, title_it="Lettera del datore di lavoro", title_en="Letter of your employer")
            for _ in range(number)
        ],
        message="Manca la firma.",
        due_at=AT + timedelta(days=5),
        by=a_person(is_staff=True),
        at=AT,
    )
    return application.user, [(application.pk, 0)]


def interview(where=None):
    application = an_application(state="eligible")
    call = a_call(cohort=application.cohort)
    if where:
        starts_at = rome(2022, 2, 4, 9)
        a_slot(call, starts_at=starts_at, where=where, application=application, chosen_at=rome(2022, 2, 1))
    return application.user, [(application.pk, 1)]


def offered(state="open"):
    fields = {} if state == "open" else {"answered_at": rome(2021, 12, 22 if state == "declined" else 23, 14)}
    offer = an_offer(state=state, **fields)
    return offer.application.user, [(offer.application_id, offer.pk)]


def seat():
    enrollment = an_enrollment()
    return enrollment.user, [(enrollment.pk, 0)]


def ended(state, **fields):
    enrollment = an_enrollment(state=state, **fields)
    return enrollment.user, [(enrollment.pk, 0)]


def left(*, confirmed):
    interest = Interest.objects.create(
        email="anna@example.org", asked_at=AT, confirmed_at=AT if confirmed else None
    )
    return User(email=interest.email), [(interest.pk, int(AT.timestamp()))]


def call_opens():
    interest = Interest.objects.create(email="anna@example.org", asked_at=AT, confirmed_at=AT)
    return User(email=interest.email), [(a_call().pk, 0)]


def invited(places, *, call):
    nomination = a_nomination(places=places, contact=a_person())
    if call:
        a_call(cohort=nomination.cohort)
    return nomination.contact, [(nomination.pk, 0)]


def tomorrow(number, *, teaching):
    cohort, teacher = a_cohort(), an_instructor()
    member = an_enrollment(cohort=cohort)
    sessions = [
        a_session(
            cohort,
            starts_at=rome(2022, 2, 4, hour),
            instructors=[teacher],
            rooms=[a_room()],
            link="https://call.example.org/secret",
        )
        for hour in (9, 14)[:number]
    ]
    rows = [(session.pk, int(session.starts_at.timestamp())) for session in sessions]
    return (teacher.user if teaching else member.user), rows


def changed(how, *, teaching):
    teacher = an_instructor()
    session = a_session(starts_at=rome(2022, 2, 10, 9), instructors=[teacher])
    member = an_enrollment(cohort=session.cohort)
    change = {"session": session, "reason": "Sciopero", "by": None, "at": AT}
    if how == "moved":
        session = move_session(starts_at=rome(2022, 2, 11, 9), ends_at=rome(2022, 2, 11, 13), **change)
    elif how == "cancelled":
        session = cancel_session(**change)
    else:
        session = change_places(mode="in_person", rooms=[a_room()], **change)
    return (teacher.user if teaching else member.user), [(session.pk, session.revision)]


def added(number, *, teaching):
    teacher, cohort = an_instructor(), a_cohort()
    member = an_enrollment(cohort=cohort)
    release = a_release(a_timetable_draft(cohort, state="released", closed_at=AT))
    for day in range(number):
        place = {"rooms": [a_room()], "link": "https://call.example.org/secret"}
        starts_at = rome(2022, 2, 10 + day, 9)
        release.added.add(a_session(cohort, starts_at=starts_at, instructors=[teacher], **place))
    return (teacher.user if teaching else member.user), [(release.pk, 0)]


def moved_up():
    cohort, starts_at = a_cohort(), rome(2022, 2, 10, 9)
    session = a_session(
        cohort, starts_at=starts_at, rooms=[a_room(capacity=1)], link="https://call.example.org/secret"
    )
    [first, second] = [an_enrollment(cohort=cohort, access="remote") for _ in range(2)]
    room = session.places.get(room__isnull=False).room
    for minutes, one, where in ((3, first, room), (2, second, room), (1, first, None)):
        at = AT - timedelta(minutes=minutes)
        choose_place(enrollment=one, session=session, room=where, by=one.user, at=at)
    return second.user, [(second.choices.get().pk, int((AT - timedelta(minutes=1)).timestamp()))]


def substituted(*, comes, reason):
    out, into = an_instructor(), an_instructor()
    session = a_session(starts_at=rome(2022, 2, 10, 9), instructors=[out])
    substitute_teacher(session=session, out=out, into=into, reason=reason, by=None, at=AT)
    return (into if comes else out).user, [(session.substitutions.get().pk, 0)]


def asked(state="asked"):
    appointment = an_appointment(state=state)
    return appointment.instructor.user, [(appointment.pk, int(appointment.asked_at.timestamp()))]


def published(attempt):
    test = a_test()
    member = an_enrollment(cohort=test.cohort)
    a_score(test, enrollment=member, outcome="absent", value=None, attempt=attempt, published_at=AT)
    return member.user, [(test.pk, attempt)]


def unsigned():
    teacher = an_instructor()
    session = a_session(starts_at=rome(2022, 2, 3, 9), instructors=[teacher])
    return teacher.user, [(session.pk, 1)]


def answered_of_presence(what, accepted):
    lesson = Lesson(1)
    [person] = lesson.people
    more = {"attendance": "in_person"} if what == "rectificationrequests" else {}
    sent = getattr(person, what).create(
        session=lesson.session, starts_at=BEGIN, ends_at=END, reason="Treno", sent_at=END, **more
    )
    answer = {"answer": "Il registro d’aula", "answered_by": lesson.tutor, "answered_at": AT}
    getattr(person, what).update(state="accepted" if accepted else "refused", **answer)
    return person.user, [(sent.pk, int(AT.timestamp()))]


def rectified():
    lesson = Lesson(1)
    lesson.call(WHOLE)
    lesson.sign()
    lesson.close()
    [person] = lesson.people
    put_right(session=lesson.session, enrollment=person, spells=(), reason="Assente", by=lesson.tutor, at=AT)
    return person.user, [(person.rectifications.get().intervals.get().pk, 1)]


def budget_used(minutes, *shares):
    """Of 360 minutes one may miss, and of those of one mode where a share of them is asked for."""
    lesson = Lesson(1)
    for share in shares:
        AttendanceRule.objects.create(cohort=lesson.cohort, scope="session_mode", mode="hybrid", share=share)
    lesson.call(from_to(minutes, 240) if minutes < 240 else ())
    if minutes > 240:
        lesson.session = a_session(
            lesson.cohort, starts_at=END + timedelta(hours=15), minutes=120, instructors=[lesson.instructor]
        )
        lesson.call((), at=lesson.session.ends_at)
    [person] = lesson.people
    return person.user, [(person.pk, 1)]


def sent_in(number):
    lesson = Lesson(number)
    for person in lesson.people:
        person.absencenotices.create(
            session=lesson.session, starts_at=BEGIN, ends_at=END, reason="Treno", sent_at=END
        )
    return a_tutor(lesson.cohort), [(lesson.cohort.pk, AT.date().toordinal())]


def overdue():
    teacher = an_instructor()
    test = a_test(a_session(instructors=[teacher]))
    return teacher.user, [(test.pk, 1)]


def milestone(days):
    member = an_enrollment()
    due_at = AT + timedelta(days=days)
    found = a_milestone(a_project(a_team(member.cohort, member), milestones=0), due_at=due_at)
    day = due_at.date().toordinal() - date(1970, 1, 1).toordinal()
    return member.user, [(found.pk, 10 * day + days)]


def judged(revision):
    project = projects_of_every_state()[1]
    outcome = project.outcome
    return project.team.places.first().enrollment.user, [(outcome.pk, revision)]


def ready(**fields):
    certificate = a_certificate(**fields)
    return certificate.enrollment.user, [(certificate.pk, certificate.number)]


def questionnaire(revision, *, module):
    session = a_session()
    member = an_enrollment(cohort=session.cohort)
    survey = (
        questionnaire_put(session.cohort, session.module)
        if module
        else questionnaire_put(session.cohort, moment="welcome")
    )
    return member.user, [(survey.pk, revision)]


# Every branch of every template.
CASES = {
    "interest_asked": [partial(left, confirmed=False), partial(left, confirmed=True)],
    "call_open": [call_opens],
    "nomination_invited": [
        partial(invited, places, call=call) for places in (1, 3) for call in (True, False)
    ],
    "application_received": [received],
    "documents_asked": [partial(documents, 1), partial(documents, 2)],
    "interview_offered": [interview],
    "interview_chosen": [partial(interview, "Aula 5"), partial(interview, "https://call.example.org/secret")],
    "interview_tomorrow": [
        partial(interview, "Aula 5"),
        partial(interview, "https://call.example.org/secret"),
    ],
    "application_answered": [
        partial(answered, "eligible", "on_reserve"),
        partial(answered, "admitted", "on_reserve"),
        partial(answered, "admitted", "on_reserve", reason="Errore di calcolo."),
        partial(answered, "eligible", "not_suitable"),
        partial(answered, "excluded", "eligible"),
        partial(answered, "eligible", "excluded", ground="absent"),
        partial(answered, "submitted", "excluded", ground="requirements", reason="Manca il titolo."),
    ],
    "offer_made": [offered],
    "offer_expiring": [offered],
    "offer_settled": [partial(offered, "declined"), partial(offered, "lapsed")],
    "seat_confirmed": [seat],
    "place_ended": [
        partial(ended, "withdrawn"),
        partial(ended, "renounced", ends_on=date(2022, 1, 10), reason=""),
    ],
    "session_tomorrow": [
        partial(tomorrow, number, teaching=teaching) for number in (1, 2) for teaching in (False, True)
    ],
    "session_changed": [
        partial(changed, how, teaching=teaching)
        for how in ("moved", "cancelled", "elsewhere")
        for teaching in (False, True)
    ],
    "seat_given": [moved_up],
    "sessions_added": [
        partial(added, number, teaching=teaching) for number in (1, 2) for teaching in (False, True)
    ],
    "teaching_changed": [
        partial(substituted, comes=comes, reason=reason)
        for comes in (True, False)
        for reason in ("", "Malattia")
    ],
    "appointment_asked": [asked],
    "appointment_withdrawn": [partial(asked, "withdrawn")],
    "score_published": [partial(published, 1), partial(published, 2)],
    "score_overdue": [overdue],
    "certificate_ready": [ready, partial(ready, kind="certificate")],
    "questionnaire_waiting": [
        partial(questionnaire, revision, module=module) for revision in (1, 2) for module in (True, False)
    ],
    "register_unsigned": [unsigned],
    "rectification_answered": [
        partial(answered_of_presence, "rectificationrequests", yes) for yes in (True, False)
    ],
    "absence_answered": [partial(answered_of_presence, "absencenotices", yes) for yes in (True, False)],
    "presence_rectified": [rectified],
    "absence_budget": [partial(budget_used, 180), partial(budget_used, 360), partial(budget_used, 240, 5000)],
    "sent_in": [partial(sent_in, 1), partial(sent_in, 2)],
    "milestone_near": [partial(milestone, 7), partial(milestone, 1)],
    "project_judged": [partial(judged, 1), partial(judged, 2)],
}
EACH = [(name, case) for name, cases in CASES.items() for case in cases]


def mails(name, case):
    """The same notice in Italian and in English."""
    person, rows = case()
    address = Interest.objects.values_list("pk", flat=True).first() if KINDS[name].to_addresses else None
    notices = [
        Notice(pk=key, kind=name, user=person, interest=address, key=key, revision=revision, due_at=AT)
        for key, revision in rows
    ]
    written = []
    for language in ("it", "en"):
        person.language = language
        written.append(Desk().write(KINDS[name], notices, AT))
    return written


class Words(HTMLParser):
    """The text of a page, and its links."""

    def __init__(self, html):
        super().__init__()
        self.text, self.links, self.hidden = [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.hidden += tag == "style"
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        self.hidden -= tag == "style"

    def handle_data(self, data):
        if not self.hidden:
            self.text += data.split()


def html_of(mail):
    [(html, _subtype)] = mail.alternatives
    return html


def test_every_kind_is_tried_here():
    assert set(CASES) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_its_sentence(name):
    sentence = inspect.getdoc(type(KINDS[name]))
    assert sentence
    assert sentence != inspect.getdoc(type(KINDS[name]).__mro__[1])
    assert sentence.split("\n\n")[0].endswith(".")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_a_title_and_a_reason_in_both_languages(name):
    for words in (KINDS[name].title, KINDS[name].why):
        with override("en"):
            english = str(words)
        with override("it"):
            assert str(words) not in ("", english)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "case"), EACH)
def test_every_mail_is_whole_in_both_languages(name, case):
    for mail in mails(name, case):
        page = Words(html_of(mail))
        for text in (mail.subject, mail.body, " ".join(page.text)):
            assert text.strip()
            for leftover in ("{{", "{%", "None", "&amp;", "call.example.org", "Undefined"):
                assert leftover not in text
        assert mail.subject in " ".join(page.text)
        assert "\n\n\n" not in mail.body
        assert "@" not in mail.subject
        assert max(map(len, mail.subject.splitlines())) < 110
        for link in page.links:
            assert link.startswith(settings.SITE_URL)
            assert resolve(link.removeprefix(settings.SITE_URL))
        foot = "/interest/leave/" if KINDS[name].to_addresses else reverse("notices")
        assert foot in mail.body
        assert mail.extra_headers.get("List-Unsubscribe", "").startswith("<http") == KINDS[name].to_addresses


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "case"), EACH)
def test_every_mail_speaks_italian_to_italians_and_english_to_the_others(name, case):
    italian, english = mails(name, case)
    assert italian.subject != english.subject
    paragraphs = [
        {line.strip() for line in mail.body.splitlines() if len(line.split()) > 3 and "://" not in line}
        for mail in (italian, english)
    ]
    same = paragraphs[0] & paragraphs[1]
    assert all("," in line and any(letter.isdigit() for letter in line) for line in same)  # addresses


@pytest.mark.django_db
def test_a_session_that_moved_says_where_to_join_and_one_that_is_cancelled_does_not():
    for how, told in (("moved", True), ("cancelled", False)):
        for mail in mails("session_changed", partial(changed, how, teaching=False)):
            assert ("/join/" in mail.body, "/join/" in html_of(mail)) == (told, told)


def calendar_of(mail):
    """The calendar a mail brings, and the method its part names."""
    [part] = [part for part in mail.message().walk() if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_payload(decode=True).decode()), part.get_param("method")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "case", "method", "status", "sequence"),
    [
        ("session_tomorrow", partial(tomorrow, 2, teaching=False), "PUBLISH", "CONFIRMED", 0),
        ("session_changed", partial(changed, "moved", teaching=False), "PUBLISH", "CONFIRMED", 1),
        ("session_changed", partial(changed, "cancelled", teaching=False), "CANCEL", "CANCELLED", 1),
        ("session_changed", partial(changed, "elsewhere", teaching=True), "PUBLISH", "CONFIRMED", 1),
        ("sessions_added", partial(added, 2, teaching=False), "PUBLISH", "CONFIRMED", 0),
        ("seat_given", moved_up, "PUBLISH", "CONFIRMED", 0),
        ("teaching_changed", partial(substituted, comes=True, reason=""), "PUBLISH", "CONFIRMED", 0),
    ],
)
def test_mails_about_sessions_bring_them_for_the_calendar_as_the_feed_has_them(
    client, kind, case, method, status, sequence
):
    person, rows = case()
    sent, named = calendar_of(mails(kind, lambda: (person, rows))[0])
    assert (sent["METHOD"], named) == (method, method)
    feed = Calendar.from_ical(client.get(f"/calendar/{calendar_token(person)}.ics").content)
    mine = {event["UID"]: event for event in feed.walk("VEVENT")}
    assert sent.walk("VEVENT")
    for event in sent.walk("VEVENT"):
        assert (event["STATUS"], event["SEQUENCE"]) == (status, sequence)
        assert event["ORGANIZER"].startswith("mailto:")
        assert event["DTSTAMP"].dt == AT
        other = mine[event["UID"]]
        same = ("DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "SEQUENCE", "STATUS")
        assert [event[name].to_ical() for name in same] == [other[name].to_ical() for name in same]


@pytest.mark.django_db
def test_who_no_longer_teaches_gets_no_calendar():
    for mail in mails("teaching_changed", partial(substituted, comes=False, reason="")):
        assert "text/calendar" not in [part.get_content_type() for part in mail.message().walk()]


@pytest.mark.django_db
@pytest.mark.parametrize(("access", "room", "call"), [("in_person", True, False), ("remote", False, True)])
def test_a_reminder_shows_ones_room_or_ones_call_never_both(access, room, call):
    person, rows = tomorrow(1, teaching=False)
    person.enrollments.update(access=access)
    for mail in mails("session_tomorrow", lambda: (person, rows)):
        for words in (mail.body, html_of(mail)):
            assert ("corso Settembrini" in words, "/join/" in words) == (room, call)


@pytest.mark.django_db
def test_days_are_written_as_an_italian_writes_them():
    italian, english = mails("session_tomorrow", CASES["session_tomorrow"][0])
    assert "venerdì 4 febbraio 2022, 09:00–13:00" in italian.body
    assert "Friday 4 February 2022, 09:00–13:00" in english.body


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES["session_tomorrow"])
def test_a_reminder_says_in_its_subject_that_it_is_one(case):
    italian, english = mails("session_tomorrow", case)
    assert italian.subject.startswith("Promemoria: venerdì 4 febbraio")
    assert english.subject.startswith("Reminder: Friday 4 February")


def test_a_kind_that_leaves_a_question_open_cannot_be_made():
    """Found when the server starts, not when somebody was to be told."""

    def of_a_kind_without(question):
        answers = {name: getattr(ScorePublished, name) for name in QUESTIONS - {question}}
        return type("Some", (NoticeKind,), answers)

    assert of_a_kind_without(None)()
    for question in QUESTIONS:
        with pytest.raises(TypeError, match=question):
            of_a_kind_without(question)()


def test_only_tasks_publish_to_the_broker():
    """A request that saved something must not fail, or wait, because the broker is away."""
    rooms = ("academy", "assessments", "courses", "enrollment")
    publishing = {
        str(file.relative_to(settings.BASE_DIR))
        for room in rooms
        for file in (settings.BASE_DIR / room).rglob("*.py")
        if any(call in file.read_text() for call in (".delay(", ".apply_async(", ".send_task("))
    }
    assert publishing == {"academy/tasks.py", "academy/demo/supervisor.py", "assessments/tasks.py"}
