"""The post against a mail server that fails in every way it can."""

from datetime import timedelta
from itertools import count

import pytest
from django.utils.translation import override

from academy import letter, postman
from academy.models import Notice, SweepHeartbeat
from academy.postman import KINDS, collect, deliver, recover, send_again
from courses.refusals import Refusal
from enrollment.models import Application, Interest
from tests.factories import a_cohort, a_person, a_session, an_application, an_enrollment, an_offer, rome
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db

AT = rome(2021, 11, 2, 10, 1)  # a minute after the factories' applications arrive
State = Notice.State


def at(moment):
    return lambda: moment


def minutes(number):
    return timedelta(minutes=number)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.5
    settings.EMAIL_HOST = "127.0.0.1"
    with MailServer().running() as server:
        settings.EMAIL_PORT = server.port
        yield server


def applicants(number):
    """People whose application has just arrived, as rows of the ledger that wait."""
    cohort = a_cohort()
    people = [an_application(cohort=cohort).user for _ in range(number)]
    collect(AT)
    return people


def a_notice(**fields):
    """A score published: a kind that is never sent twice on a guess."""
    fields = {"kind": "score_published", "key": 1, "due_at": AT, "not_before": AT} | fields
    return Notice.objects.create(**{"user": a_person()} | fields)


def states():
    return list(Notice.objects.order_by("id").values_list("state", flat=True))


def test_what_is_due_is_written_down_once_and_sent_once(server):
    [anna] = applicants(1)
    assert collect(AT) == 0
    assert postman.sweep(clock=at(AT), seconds=5) is False
    assert postman.sweep(clock=at(AT + minutes(1)), seconds=5) is False
    assert len(server.to(anna.email)) == 1
    [notice] = Notice.objects.all()
    assert (notice.state, notice.sent_at, notice.attempts) == (State.SENT, AT, 1)
    assert notice.subject == server.mails[0]["Subject"].strip()
    assert SweepHeartbeat.objects.get().swept_at == AT + minutes(1)


def test_every_mail_goes_to_one_person_and_all_leave_through_one_connection(server):
    people = applicants(5)
    deliver(at(AT), 5)
    assert server.recipients == [[person.email] for person in people]
    assert server.connections == 1


def test_the_message_id_comes_from_the_ledger_key_alone(server):
    [anna, bruno] = applicants(2)
    deliver(at(AT), 5)
    Notice.objects.update(state=State.DUE)
    deliver(at(AT), 5)
    first, again = server.to(anna.email)
    assert first["Message-ID"] == again["Message-ID"] != server.to(bruno.email)[0]["Message-ID"]


def test_a_temporary_refusal_rests_and_is_delivered_once(server):
    [anna, bruno] = applicants(2)
    server.answer("RCPT", "451 later", "452 full", to=anna.email)
    deliver(at(AT), 5)
    assert states() == [State.DUE, State.SENT]
    deliver(at(AT), 5)
    assert not server.to(anna.email)
    deliver(at(AT + minutes(1)), 5)
    deliver(at(AT + minutes(2)), 5)
    assert states() == [State.DUE, State.SENT]
    deliver(at(AT + minutes(3)), 5)
    assert states() == [State.SENT, State.SENT]
    assert len(server.to(anna.email)) == len(server.to(bruno.email)) == 1


def test_what_has_waited_longest_leaves_first_whenever_it_was_written_down(server):
    [anna, bruno] = applicants(2)
    Notice.objects.filter(user=anna).update(not_before=AT + minutes(3))
    deliver(at(AT + minutes(5)), 5)
    assert server.recipients == [[bruno.email], [anna.email]]


def test_a_server_that_closes_the_line_is_called_again(server):
    people = applicants(3)
    server.answer("DATA", "421 too many")
    deliver(at(AT), 5)
    assert states() == [State.DUE, State.SENT, State.SENT]
    deliver(at(AT + minutes(1)), 5)
    assert [len(server.to(person.email)) for person in people] == [1, 1, 1]


@pytest.mark.parametrize("phase", ["RCPT", "DATA"])
def test_a_final_refusal_is_kept_for_the_office_and_holds_up_nobody(server, phase):
    [anna, bruno] = applicants(2)
    server.answer(phase, "550 unknown here", to=anna.email)
    deliver(at(AT), 5)
    deliver(at(AT + timedelta(days=1)), 5)
    refused, sent = Notice.objects.order_by("id")
    assert (refused.state, refused.remark, refused.attempts) == (State.REFUSED, "550 unknown here", 1)
    assert sent.state == State.SENT
    assert len(server.to(bruno.email)) == 1


def test_a_server_that_hangs_costs_its_time_limit_and_the_others_go_on(server):
    anna, _bruno = applicants(2)
    server.answer("DATA", "hang", to=anna.email)
    deliver(at(AT), 5)
    assert states() == [State.DUE, State.SENT]
    deliver(at(AT + minutes(1)), 5)
    assert len(server.to(anna.email)) == 1


def test_a_reminder_taken_without_a_word_leaves_again_under_the_same_message_id(server):
    [anna] = applicants(1)
    server.answer("DATA", "drop")
    deliver(at(AT), 5)
    assert states() == [State.DUE]
    deliver(at(AT + minutes(1)), 5)
    first, again = server.to(anna.email)
    assert first["Message-ID"] == again["Message-ID"]


def test_a_score_taken_without_a_word_is_parked(server, monkeypatch):
    notice = a_notice(state=State.CLAIMED, claimed_at=AT)
    postman.settle(KINDS[notice.kind], [notice], TimeoutError("timed out"), AT)
    notice.refresh_from_db()
    assert (notice.state, notice.remark) == (State.PARKED, postman.UNSURE)


def test_without_a_mail_server_nothing_is_claimed(settings, server):
    applicants(2)
    settings.EMAIL_PORT = 1
    assert deliver(at(AT), 5) is False
    assert set(Notice.objects.values_list("state", "attempts")) == {(State.DUE, 0)}


def test_no_reminder_arrives_after_the_lesson_when_the_server_was_down_for_a_day(server, settings):
    cohort = a_cohort()
    member = an_enrollment(cohort=cohort).user
    past, ahead = (a_session(cohort, starts_at=rome(2022, 1, day, 9)) for day in (14, 15))
    settings.EMAIL_PORT, port = 1, settings.EMAIL_PORT
    down = rome(2022, 1, 13, 18)
    for hour in range(0, 25, 6):
        postman.sweep(clock=at(down + timedelta(hours=hour)), seconds=5)
    settings.EMAIL_PORT = port
    postman.sweep(clock=at(down + timedelta(hours=25)), seconds=5)
    fates = dict(Notice.objects.filter(user=member).values_list("key", "state"))
    assert fates == {past.pk: State.DROPPED, ahead.pk: State.SENT}
    assert len(server.mails) == 1


def test_a_server_down_for_three_days_leaves_the_mail_to_the_office(server):
    applicants(1)
    server.answer("RCPT", "450 later", always=True)
    for hours in (1, 24, 48, 71, 73):
        deliver(at(AT + timedelta(hours=hours)), 5)
    [notice] = Notice.objects.all()
    assert (notice.state, notice.remark) == (State.PARKED, postman.NOT_TAKEN)


def test_a_row_that_cannot_be_written_parks_and_the_others_leave(server, monkeypatch, logged_errors):
    poison, *others = applicants(20)
    kind = KINDS["application_received"]
    context = kind.context

    def fail_for_one(notices):
        if notices[0].user_id == poison.pk:
            raise ZeroDivisionError
        return context(notices)

    monkeypatch.setattr(kind, "context", fail_for_one)
    for attempt in range(postman.MOST_ATTEMPTS + 1):
        deliver(at(AT + timedelta(hours=attempt)), 5)
    assert Notice.objects.get(user=poison).state == State.PARKED
    assert Notice.objects.get(user=poison).attempts == postman.MOST_ATTEMPTS
    assert [len(server.to(person.email)) for person in others] == [1] * 19
    assert len(logged_errors) == postman.MOST_ATTEMPTS
    logged_errors.clear()


def test_a_kind_that_cannot_be_collected_does_not_keep_the_others(server, monkeypatch, logged_errors):
    an_application()
    monkeypatch.setattr(KINDS["session_tomorrow"], "due", lambda _: None)
    assert collect(AT) == 1
    assert len(logged_errors) == 1
    logged_errors.clear()


def test_what_is_no_longer_true_is_dropped_with_its_reason(server):
    anna, _bruno = applicants(2)
    Application.objects.filter(user=anna).update(state=Application.State.WITHDRAWN)
    deliver(at(AT), 5)
    dropped, sent = Notice.objects.order_by("id")
    assert (dropped.state, dropped.remark) == (State.DROPPED, "the application has been withdrawn")
    assert sent.state == State.SENT


def test_who_lost_the_account_gets_no_mail(server):
    [anna] = applicants(1)
    anna.is_active = False
    anna.save()
    deliver(at(AT), 5)
    assert states() == [State.DROPPED]
    assert not server.mails


def test_a_dead_sweeps_claim_starts_over_after_two_minutes(server):
    applicants(1)
    postman.claim(AT)
    recover(AT + minutes(2))
    assert states() == [State.CLAIMED]
    recover(AT + minutes(2) + timedelta(seconds=1))
    assert states() == [State.DUE]


def test_a_row_that_kills_its_sweep_again_and_again_is_parked():
    applicants(1)
    for attempt in count(1):
        moment = AT + minutes(3 * attempt)
        if not postman.claim(moment):
            break
        recover(moment + minutes(3))
    assert attempt == postman.MOST_ATTEMPTS + 1
    assert states() == [State.PARKED]


def test_what_a_dead_sweep_had_handed_over_leaves_again_or_parks_by_its_kind():
    applicants(1)
    a_notice()
    Notice.objects.update(state=State.HANDED, handed_at=AT)
    recover(AT + minutes(1))
    assert states() == [State.HANDED, State.HANDED]
    recover(AT + minutes(3))
    assert states() == [State.DUE, State.PARKED]


def test_who_was_taken_for_dead_does_not_send(server):
    applicants(1)
    notices = postman.claim(AT)
    recover(AT + minutes(3))
    postman.claim(AT + minutes(3))
    postman.send(notices, postman.get_connection(), at(AT + minutes(3)), letter.Desk())
    assert not server.mails
    assert states() == [State.CLAIMED]


def test_a_kind_this_code_does_not_know_is_left_to_the_code_that_does(server):
    a_notice(kind="from_a_later_version")
    Notice.objects.create(
        kind="from_a_later_version",
        key=2,
        due_at=AT,
        not_before=AT,
        state=State.HANDED,
        handed_at=AT,
        user=a_person(),
    )
    postman.sweep(clock=at(AT + minutes(5)), seconds=5)
    assert states() == [State.DUE, State.HANDED]


def test_a_sweep_stops_at_its_time_and_says_that_more_waits(server):
    applicants(3)
    server.pause = 0.05
    assert deliver(at(AT), 0.04) is True
    assert states() == [State.SENT, State.DUE, State.DUE]
    assert deliver(at(AT), 5) is False
    assert states() == [State.SENT] * 3


def test_the_office_sends_a_refused_notice_again(server):
    [anna] = applicants(1)
    office = a_person(is_staff=True)
    server.answer("RCPT", "550 unknown")
    deliver(at(AT), 5)
    notice = send_again(notice=Notice.objects.get(), by=office, at=AT + minutes(5))
    assert (notice.state, notice.attempts, notice.remark) == (State.DUE, 0, "")
    deliver(at(AT + minutes(5)), 5)
    assert len(server.to(anna.email)) == 1
    with pytest.raises(Refusal):
        send_again(notice=notice, by=office, at=AT + minutes(6))


def test_the_mail_speaks_the_language_of_its_reader_not_of_the_office(server):
    cohort = a_cohort(code="SMTC-2022-1")
    for language in ("en", "it"):
        reader = a_person(language=language, email=f"{language}@example.org")
        an_offer(an_application(cohort=cohort, user=reader, state="admitted"), made_at=AT)
    with override("it"):  # as the office, which asks for the mails
        collect(AT)
        deliver(at(AT), 5)
    english = server.to("en@example.org")[-1]
    assert english["Subject"] == "A place for you in SMTC-2022-1: answer by 14:00 on 23 December"
    assert "Thursday 13 January 2022" in english.get_body(("plain",)).get_content()
    italian = server.to("it@example.org")[-1]
    assert "giovedì 13 gennaio 2022" in italian.get_body(("plain",)).get_content().lower()
    assert '<html lang="it">' in italian.get_body(("html",)).get_content()


# Addresses without an account


def an_address(email="anna@example.org", **fields):
    """Left a moment ago, so that its mail is due."""
    interest = Interest.objects.create(**{"email": email, "asked_at": AT} | fields)
    collect(AT)
    return interest


def test_an_address_without_an_account_is_written_to_once_in_its_language(server):
    anna = an_address(language="en")
    bruno = an_address("bruno@example.org", language="it")
    assert collect(AT) == 0
    deliver(at(AT), 5)
    deliver(at(AT), 5)
    assert server.recipients == [[anna.email], [bruno.email]]
    english, italian = (server.to(interest.email)[0] for interest in (anna, bruno))
    assert english["Subject"] == "Confirm your address"
    assert english["Message-ID"] != italian["Message-ID"]
    assert english["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert english["List-Unsubscribe"].strip(" <>") in english.get_body(("plain",)).get_content()
    assert "Hello," in english.get_body(("plain",)).get_content()
    assert [html_in(mail) for mail in (english, italian)] == ["en", "it"]
    assert list(Notice.objects.values_list("state", "user", "interest")) == [
        (State.SENT, None, anna.pk),
        (State.SENT, None, bruno.pk),
    ]


def html_in(mail):
    """The language a mail says it is in."""
    return mail.get_body(("html",)).get_content().partition('<html lang="')[2][:2]


def test_an_address_has_the_same_message_id_however_often_its_mail_leaves(server):
    anna = an_address()
    server.answer("DATA", "drop")
    deliver(at(AT), 5)
    assert states() == [State.DUE]
    deliver(at(AT + minutes(1)), 5)
    first, again = server.to(anna.email)
    assert first["Message-ID"] == again["Message-ID"]


def test_an_address_taken_off_while_its_mail_waits_gets_none(server):
    anna = an_address()
    other = an_address("bruno@example.org")
    Interest.objects.filter(pk=anna.pk).delete()
    deliver(at(AT), 5)
    assert server.recipients == [[other.email]]
    dropped = Notice.objects.get(interest=anna.pk)
    assert (dropped.state, dropped.remark) == (State.DROPPED, "the address has been taken off the list")


def test_what_one_is_told_oneself_has_no_way_out(server):
    [anna] = applicants(1)
    deliver(at(AT), 5)
    assert server.to(anna.email)[0]["List-Unsubscribe"] is None


def test_a_name_is_inert_in_the_html_and_itself_in_the_text(server):
    name = "Anna <script>alert(1)</script> & {{ 7 }}"
    person = a_person(name=name)
    an_application(user=person)
    collect(AT)
    deliver(at(AT), 5)
    [mail] = server.to(person.email)
    assert name in mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert "<script" not in html
    assert "{{ 7 }}" in html


def test_the_html_carries_its_style_and_fetches_nothing(server):
    [anna] = applicants(1)
    deliver(at(AT), 5)
    html = server.to(anna.email)[0].get_body(("html",)).get_content()
    assert "background: #00664a;" in html[html.index('<a class="button"') :]
    assert "prefers-color-scheme: dark" in html
    assert "src=" not in html
    assert letter.message_id(Notice.objects.get()) == server.mails[0]["Message-ID"]
    assert server.mails[0]["Auto-Submitted"] == "auto-generated"


def test_an_enrolled_person_is_told_nothing_twice_over_two_days(server):
    cohort = a_cohort()
    an_enrollment(cohort=cohort, user=an_application(cohort=cohort).user)
    for hour in range(0, 72, 3):
        postman.sweep(clock=at(AT + timedelta(hours=hour)), seconds=5)
    assert len(server.mails) == 1
