"""The public pages of editions: what is said, what is never said, and how little they cost."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from courses.actions.timetable import Plan, cancel_session, move_session, plan_sessions
from courses.models import Session
from enrollment.models import Call, Phase
from tests.factories import (
    ROME,
    a_call,
    a_cohort,
    a_criterion,
    a_document,
    a_hub,
    a_module,
    a_person,
    a_room,
    a_scored_call,
    a_session,
    an_enrollment,
    rome,
)

pytestmark = pytest.mark.django_db

AT = datetime(2021, 11, 15, 10, tzinfo=ROME)
LINK = "https://meet.example.org/secret"


@pytest.fixture(autouse=True)
def one_monday_of_november():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def visitor():
    return Client(headers={"Accept-Language": "en"})


def page_of(cohort):
    return f"/cohorts/{cohort.code}/"


def test_the_page_shows_dates_place_call_and_calendar(visitor):
    hub = a_hub(name="Sede Mirafiori", city="Torino")
    call = a_call(cohort=a_cohort(hub=hub))
    session = a_session(
        call.cohort,
        starts_at=rome(2022, 1, 14, 9),
        rooms=[a_room(hub=hub, name="Aula 1"), a_room(hub=a_hub(city="Bologna"), name="Sala B")],
    )

    text = visitor.get(page_of(call.cohort)).text

    assert "Thursday 13 January 2022" in text
    assert "Sede Mirafiori" in text
    assert "29 days left" in text
    assert "Apply by 14:00 (Italian time) on Tuesday 14 December 2021." in text
    assert f'href="/cohorts/{call.cohort.code}/apply/"' in text
    assert "January 2022</caption>" in text
    assert ">Fri 14</th>" in text
    assert "<td>09:00–13:00</td>" in text
    assert f"<td>{session.module.title_en}<small>Aula 1 · Sala B, Bologna</small></td>" in text
    assert '<span class="badge badge-hybrid">hybrid</span>' in text


def test_a_session_that_is_only_remote_shows_no_link(visitor):
    cohort = a_cohort()
    a_session(cohort, mode=Session.Mode.REMOTE, link=LINK)

    text = visitor.get(page_of(cohort)).text

    assert '<span class="badge badge-remote">remote</span>' in text
    assert LINK not in text


def test_what_concerns_some_people_only_is_not_shown(visitor):
    cohort = a_cohort()
    a_session(cohort, purpose=Session.Purpose.RETAKE, topic_en="Retake of somebody")

    assert "Retake of somebody" not in visitor.get(page_of(cohort)).text


def test_local_times_are_right_on_both_sides_of_the_change_of_the_clocks(visitor):
    cohort = a_cohort()
    a_session(cohort, starts_at=rome(2022, 3, 26, 9))
    a_session(cohort, starts_at=rome(2022, 3, 28, 9))

    assert visitor.get(page_of(cohort)).text.count("<td>09:00–13:00</td>") == 2


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (rome(2021, 10, 1), "Applications open on Friday 15 October 2021 at 14:00"),
        (rome(2021, 12, 13, 23), "1 day left"),
        (rome(2021, 12, 14, 9), "Last day"),
        (rome(2021, 12, 14, 14), "Applications closed on Tuesday 14 December 2021 at 14:00"),
    ],
)
def test_the_call_is_told_in_words(visitor, at, words):
    call = a_call()

    with time_machine.travel(at, tick=False):
        assert words in visitor.get(page_of(call.cohort)).text


def test_the_page_says_who_may_apply_what_to_attach_how_it_is_judged_and_when(visitor):
    cohort = a_cohort(seats=24)
    call = a_call(
        cohort=cohort,
        requirements_en="A degree.\nTwo years of work.",
        minimum=12,
        ranking_on=date(2021, 12, 17),
    )
    a_document(call)
    a_document(call, title_en="Identity document", required=False)
    a_criterion(call, Phase.DOCUMENTS, 45, title_en="Curriculum")
    a_criterion(call, Phase.DOCUMENTS, 15, title_en="Degree mark")
    a_criterion(call, Phase.INTERVIEW, 40, title_en="Motivation")

    words = " ".join(re.sub("<.*?>", " ", visitor.get(page_of(cohort)).text).split())

    for sentence in (
        "Who may apply A degree. Two years of work.",
        "What to attach Curriculum vitae Identity document optional",
        "Documents: at most 60 points Curriculum 45 Degree mark 15",
        "Interview: at most 40 points Motivation 40",
        "Who reaches 50 points of 100 is suitable.",
        "Applications open from 14:00 (Italian time) on Friday 15 October 2021",
        "Applications close by 14:00 (Italian time) on Tuesday 14 December 2021",
        "Ranking published Friday 17 December 2021",
        "Who is offered a place answers by 14:00 (Italian time) on Wednesday 29 December 2021",
        "Seats 24 the edition begins with at least 12 participants",
    ):
        assert sentence in words


def test_a_call_of_few_words_leaves_out_what_it_does_not_say(visitor):
    text = visitor.get(page_of(a_call(answers_by=None).cohort)).text
    assert "How to get a place" in text
    for heading in ("Who may apply", "What to attach", "How applications are judged", "Ranking published"):
        assert heading not in text


def test_an_edition_without_call_or_sessions_says_so(visitor):
    text = visitor.get(page_of(a_cohort())).text

    assert "The dates for applying have not been published yet." in text
    assert "The calendar is being prepared" in text


def test_what_people_typed_is_inert(visitor):
    cohort = a_cohort()
    a_session(
        cohort, topic_en="<script>alert(1)</script>", rooms=[a_room(hub=cohort.hub, name='"><img src=x>')]
    )

    text = visitor.get(page_of(cohort)).text

    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_an_edition_that_is_not_listed_is_not_there(visitor):
    hidden = a_cohort(listed=False)

    assert visitor.get(page_of(hidden)).status_code == 404
    assert hidden.code not in visitor.get("/cohorts/").text


# Cost


@pytest.mark.parametrize("sessions", [3, 300])
def test_a_visitor_costs_two_questions_then_one_whatever_the_number_of_sessions(
    visitor, django_assert_num_queries, sessions
):
    call = a_call()
    fill(call.cohort, sessions)

    with django_assert_num_queries(2):
        visitor.get(page_of(call.cohort))
    with django_assert_num_queries(1):
        visitor.get(page_of(call.cohort))


@pytest.mark.parametrize("cohorts", [3, 300])
def test_the_list_of_editions_costs_one_question(visitor, django_assert_num_queries, cohorts):
    first = a_cohort()
    for _ in range(cohorts - 1):
        a_call(cohort=a_cohort(programme=first.programme, hub=first.hub))

    with django_assert_num_queries(1):
        visitor.get("/cohorts/")


def fill(cohort, sessions):
    """So many half-hours, twenty a day, on working days."""
    room, module = a_room(hub=cohort.hub), a_module(cohort)
    days = [
        day for number in range(60) if (day := rome(2022, 1, 13, 8) + timedelta(days=number)).weekday() != 6
    ]
    starts = [days[number // 20] + timedelta(minutes=30 * (number % 20)) for number in range(sessions)]
    half_an_hour = timedelta(minutes=30)
    plans = [
        Plan(module=module, starts_at=at, ends_at=at + half_an_hour, mode=Session.Mode.HYBRID, rooms=(room,))
        for at in starts
    ]
    plan_sessions(cohort=cohort, plans=plans, by=None, at=AT)


# Kept copies


def unchanged(visitor, cohort, etag):
    return visitor.get(page_of(cohort), headers={"If-None-Match": etag}).status_code == 304


@pytest.fixture
def kept(visitor):
    """An edition, one session of it, and the mark under which a visitor keeps its page."""
    call = a_scored_call()
    a_document(call)
    session = a_session(call.cohort, starts_at=rome(2022, 1, 14, 9))
    return call, session, visitor.get(page_of(call.cohort)).headers["ETag"]


def test_a_page_that_has_not_changed_is_not_sent_again(visitor, kept, django_assert_num_queries):
    call, _, etag = kept

    with django_assert_num_queries(1):
        answer = visitor.get(page_of(call.cohort), headers={"If-None-Match": etag})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == etag


def plan_another(call, session):
    a_session(call.cohort, starts_at=rome(2022, 1, 21, 9))


def move(call, session):
    starts_at = rome(2022, 1, 15, 9)
    move_session(session=session, starts_at=starts_at, ends_at=starts_at + timedelta(hours=4), by=None, at=AT)


def cancel(call, session):
    cancel_session(session=session, by=None, at=AT)


def prolong(call, session):
    call.closes_at += timedelta(days=1)
    call.save()


def rename_hub(call, session):
    call.cohort.hub.name = "Sede nuova"
    call.cohort.hub.save()


def add_seats(call, session):
    call.cohort.seats += 1
    call.cohort.save()


def correct_title(call, session):
    session.module.title_en = "Another title"
    session.module.save()


def ask_for_another_document(call, session):
    a_document(call, title_en="Letter of your employer")


def reword_a_document(call, session):
    call.documents.update(title_en="Curriculum, signed")


def no_longer_require_a_document(call, session):
    call.documents.update(required=False)


def correct_a_criterion(call, session):
    call.criteria.filter(phase="interview").update(title_en="Interview in English")


def raise_a_maximum(call, session):
    call.criteria.filter(phase="interview").update(maximum=45)


def change_the_terms(field, value):
    def change(call, session):
        Call.objects.filter(pk=call.pk).update(**{field: value})

    change.__name__ = field
    return change


TERMS = {
    "requirements_en": "Another degree.",
    "minimum": 20,
    "suitable_from": 60,
    "ranking_on": date(2021, 12, 18),
    "answers_by": rome(2021, 12, 30, 12),
}
CHANGES = [
    plan_another,
    move,
    cancel,
    prolong,
    rename_hub,
    add_seats,
    correct_title,
    ask_for_another_document,
    reword_a_document,
    no_longer_require_a_document,
    correct_a_criterion,
    raise_a_maximum,
    *(change_the_terms(field, value) for field, value in TERMS.items()),
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen_at_once(visitor, kept, change):
    call, session, etag = kept
    before = visitor.get(page_of(call.cohort)).text

    change(call, session)

    assert not unchanged(visitor, call.cohort, etag)
    assert visitor.get(page_of(call.cohort)).text != before


def test_a_renamed_room_is_seen_at_once(visitor):
    cohort = a_cohort()
    room = a_room(hub=cohort.hub)
    a_session(cohort, rooms=[room])
    etag = visitor.get(page_of(cohort)).headers["ETag"]

    room.name = "Aula nuova"
    room.save()

    assert not unchanged(visitor, cohort, etag)
    assert "Aula nuova" in visitor.get(page_of(cohort)).text


def test_a_new_day_and_another_language_make_another_page(visitor, kept):
    call, _, etag = kept

    with time_machine.travel(AT + timedelta(days=1), tick=False):
        assert not unchanged(visitor, call.cohort, etag)
    assert not unchanged(Client(headers={"Accept-Language": "it"}), call.cohort, etag)


@pytest.mark.parametrize(
    ("hour", "before", "after"),
    [
        (rome(2021, 10, 15, 14), "Call opening soon", "Call open<"),
        (rome(2021, 12, 14, 0), "1 day left", "Last day</strong>"),
        (rome(2021, 12, 14, 14), "Call open<", "Call closed"),
    ],
)
def test_the_hour_at_which_a_call_opens_or_ends_is_seen_at_once(visitor, hour, before, after):
    address = page_of(a_scored_call().cohort)
    with time_machine.travel(hour - timedelta(seconds=1), tick=False):
        last = visitor.get(address)
    with time_machine.travel(hour, tick=False):
        first = visitor.get(address, headers={"If-None-Match": last.headers["ETag"]})

    assert before in last.text
    assert after not in last.text
    assert first.status_code == 200
    assert after in first.text
    assert before not in first.text


def test_a_new_release_makes_another_page(visitor, kept, settings):
    call, _, etag = kept

    settings.RELEASE += 1

    assert not unchanged(visitor, call.cohort, etag)


def test_a_page_with_a_persons_name_is_never_kept_nor_taken_from_a_copy(visitor, kept):
    call, _, etag = kept
    person = a_person(name="Ada Bianchi")
    an_enrollment(user=person, cohort=call.cohort)
    visitor.force_login(person)

    own = visitor.get(page_of(call.cohort), headers={"If-None-Match": etag})

    assert own.status_code == 200
    assert "Ada Bianchi" in own.text
    assert "ETag" not in own.headers
    assert "no-store" in own.headers["Cache-Control"]
    assert "Ada Bianchi" not in Client().get(page_of(call.cohort)).text


def test_a_message_for_one_person_is_shown_and_not_kept(visitor, kept):
    call, _, etag = kept
    visitor.force_login(a_person())
    visitor.post("/accounts/logout/")

    page = visitor.get(page_of(call.cohort), headers={"If-None-Match": etag})

    assert page.status_code == 200
    assert "message-list" in page.text
    assert "ETag" not in page.headers


def test_a_page_says_on_what_it_depends_whether_written_now_taken_from_a_copy_or_unchanged(visitor, kept):
    address = page_of(kept[0].cohort)
    nothing_remembered = visitor.get(address + "?written-now")

    for answer in (
        nothing_remembered,
        visitor.get(address),
        visitor.get(address, headers={"If-None-Match": kept[2]}),
    ):
        assert set(answer.headers["Vary"].split(", ")) == {"Accept-Language", "Cookie"}
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_what_a_visitor_added_or_chose_is_not_shown_to_others(visitor):
    cohort = a_cohort()

    own = visitor.get(page_of(cohort) + "?from=my-newsletter").text
    visitor.cookies["theme"] = "dark"
    chosen = visitor.get(page_of(cohort)).text
    other = Client(headers={"Accept-Language": "en"}).get(page_of(cohort)).text

    assert "my-newsletter" in own
    assert 'data-theme="dark"' in chosen
    assert "my-newsletter" not in other
    assert 'data-theme="dark"' not in other


def test_a_page_that_is_shared_holds_no_token_of_anybody(visitor):
    page = visitor.get(page_of(a_cohort()))

    assert "csrfmiddlewaretoken" not in page.text
    assert not page.cookies
