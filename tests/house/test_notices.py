"""Every kind of notice has its sentence, and its words in both languages."""

import inspect
from functools import partial
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.urls import resolve, reverse
from django.utils.translation import override

from academy.letter import Desk
from academy.models import Notice
from academy.postman import KINDS
from assessments.models import Score
from assessments.notices import ScorePublished
from courses.actions.timetable import cancel_session, change_places, move_session
from courses.notices import NoticeKind
from tests.factories import (
    a_cohort,
    a_person,
    a_room,
    a_session,
    a_test,
    an_application,
    an_enrollment,
    an_instructor,
    rome,
)

AT = rome(2022, 2, 3, 18)
QUESTIONS = {"due", "still_due", "context", "path"}


def an_answer(state):
    office = a_person(is_staff=True)
    application = an_application(state=state, answered_at=AT, answered_by=office)
    return application.user, [(application.pk, 2)]


def received():
    application = an_application()
    return application.user, [(application.pk, 0)]


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


def published(attempt):
    test = a_test()
    member = an_enrollment(cohort=test.cohort)
    Score.objects.create(enrollment=member, test=test, outcome="absent", attempt=attempt, published_at=AT)
    return member.user, [(test.pk, attempt)]


def overdue():
    teacher = an_instructor()
    test = a_test(a_session(instructors=[teacher]))
    return teacher.user, [(test.pk, 1)]


# Every branch of every template.
CASES = {
    "application_received": [received],
    "application_answered": [
        lambda state=state: an_answer(state) for state in ("admitted", "on_reserve", "declined")
    ],
    "session_tomorrow": [
        partial(tomorrow, number, teaching=teaching) for number in (1, 2) for teaching in (False, True)
    ],
    "session_changed": [
        partial(changed, how, teaching=teaching)
        for how in ("moved", "cancelled", "elsewhere")
        for teaching in (False, True)
    ],
    "score_published": [partial(published, 1), partial(published, 2)],
    "score_overdue": [overdue],
}
EACH = [(name, case) for name, cases in CASES.items() for case in cases]


def mails(name, case):
    """The same notice in Italian and in English."""
    person, rows = case()
    notices = [
        Notice(pk=key, kind=name, user=person, key=key, revision=revision, due_at=AT)
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
        assert reverse("notices") in mail.body


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
    assert publishing == {"academy/tasks.py", "academy/demo/supervisor.py"}
