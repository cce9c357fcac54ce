"""The post: asks each room what is due, writes it down once, re-checks, sends.

The truth is in the ledger (`academy.models.Notice`); a task only says "look now", so neither a lost
message of the broker nor a second sweep at the same time changes what people get. A row passes from
due to claimed (nothing has left: safe to start over) to handed (the mail server may have it) to sent.
Nobody can promise that a mail leaves exactly once: see `NoticeKind.resent`.
"""

import logging
import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import assessments.notices
import enrollment.notices
from academy import letter
from academy.models import Notice, SweepHeartbeat, User
from courses.notices import NoticeKind
from courses.refusals import Refusal

log = logging.getLogger(__name__)
State = Notice.State
Clock = Callable[[], datetime]

KINDS: dict[str, NoticeKind] = {
    kind.name: kind for kind in (*enrollment.notices.KINDS, *assessments.notices.KINDS)
}

STALE = timedelta(minutes=2)  # a mark this old was left by a process that died
LONGEST_REST = timedelta(minutes=15)  # between attempts: 1, 2, 4, 8, 15, 15 … minutes
MOST_ATTEMPTS = 5  # where the fault is ours
LONGEST_TRY = timedelta(days=3)  # where it is the mail server's

NO_ACCOUNT = gettext_noop("the account is closed")
NO_ADDRESS = gettext_noop("the address has been taken off the list")
OURS = gettext_noop("the mail could not be written")
UNSURE = gettext_noop("it may have arrived or not: nobody knows")
NOT_TAKEN = gettext_noop("the mail server did not take it for three days")


def sweep(*, clock: Clock, seconds: float) -> bool:
    """One round of the post; True when more waits than could be sent in about `seconds`.

    `clock` is an argument as `at` is elsewhere: a round lasts, and a mark says when it was made.
    """
    more = work(clock=clock, seconds=seconds)
    SweepHeartbeat.objects.update_or_create(id=True, defaults={"swept_at": clock()})
    return more


def work(*, clock: Clock, seconds: float) -> bool:
    """A round that leaves no heartbeat: for those who stand in while nobody sweeps."""
    recover(clock())
    collect(clock())
    return deliver(clock, seconds)


def recover(at: datetime) -> None:
    """Take up what a dead process left: claimed rows start over, handed ones leave again or park."""
    resent = [name for name, kind in KINDS.items() if kind.resent]
    claimed = Notice.objects.filter(state=State.CLAIMED, claimed_at__lt=at - STALE)
    handed = Notice.objects.filter(state=State.HANDED, handed_at__lt=at - STALE, kind__in=KINDS)
    deadly = claimed.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.PARKED, remark=OURS)
    again = claimed.update(state=State.DUE) + handed.filter(kind__in=resent).update(state=State.DUE)
    parked = handed.exclude(kind__in=resent).update(state=State.PARKED, remark=UNSURE)
    if again or parked or deadly:
        log.warning("a sweep had died: %d notices start over, %d are parked", again, parked + deadly)


def collect(at: datetime) -> int:
    """Write into the ledger what became due and is not there yet; how many rows that were."""
    return sum(collect_kind(kind, at) for kind in KINDS.values())


def collect_kind(kind: NoticeKind, at: datetime) -> int:
    """One statement, however many people; a kind that fails does not hold up the others."""
    reader = "interest" if kind.to_addresses else "user_id"
    try:
        sql, parameters = kind.due(at).query.sql_with_params()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO academy_notice ({reader}, kind, key, revision, due_at, not_before)"
                " SELECT person, %s, key, revision, due_at, due_at"
                f" FROM ({sql}) AS due (person, key, revision, due_at)"
                " ORDER BY due_at, key, person ON CONFLICT DO NOTHING",
                (kind.name, *parameters),
            )
            return cursor.rowcount
    except EmptyResultSet:
        return 0
    except Exception:
        log.exception("notices of kind %s cannot be collected", kind.name)
        return 0


def deliver(clock: Clock, seconds: float) -> bool:
    """Send what waits, one mail after the other, for about `seconds`; True when some is left.

    All leaves through one connection. While no mail server answers nothing is claimed.
    """
    end = time.monotonic() + seconds
    post, desk = get_connection(), letter.Desk()
    try:
        if not Notice.objects.waiting(clock()).filter(kind__in=KINDS).exists():
            return False
        while time.monotonic() < end:
            if not reach(post):
                return False
            notices = claim(clock())
            if not notices:
                return False
            send(notices, post, clock, desk)
        return True
    finally:
        leave(post)


def reach(post: BaseEmailBackend) -> bool:
    """Open the connection unless it is; False when no mail server answers."""
    try:
        post.open()
    except OSError as error:
        log.warning("no mail server: %s", error)
        return False
    return True


def leave(post: BaseEmailBackend) -> None:
    """Close the connection, whatever state it is in: the next mail opens another."""
    with suppress(OSError):
        post.close()


def claim(at: datetime) -> list[Notice]:
    """The next row that waits, with its companions where its kind goes `together`; never another's.

    Who left an address only becomes a person without a key: nameless, and none once it is taken off.
    """
    together = [name for name, kind in KINDS.items() if kind.together]
    notices = list(Notice.objects.raw(CLAIM, {"at": at, "kinds": list(KINDS), "together": together}))
    for notice in notices:
        person = {name: getattr(notice, f"person_{name}") for name in PERSON}
        notice.user = User(pk=notice.user_id, **person)
    return sorted(notices, key=lambda notice: notice.pk)


# Raw, for there may be thousands. Neither waits for the disk: the log of the database is written in
# order, so the mark "handed" of the next mail, which does wait, takes theirs along. Were they lost, a
# claim would start over, and a mail be resent or parked, as after any death between two marks.
QUIETLY = "(SELECT set_config('synchronous_commit', 'off', true)) AS quietly"
PERSON = {
    "email": "COALESCE(person.email, interest.email, '')",
    "name": "COALESCE(person.name, '')",
    "language": "COALESCE(person.language, interest.language, 'it')",
    "is_active": "COALESCE(person.is_active, interest.id IS NOT NULL)",
}
CLAIM = f"""
    WITH next AS (
        SELECT id, user_id, interest, kind, due_at FROM academy_notice
        WHERE state = 'due' AND not_before <= %(at)s AND kind = ANY(%(kinds)s)
        ORDER BY not_before, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ), companions AS (
        SELECT other.id FROM academy_notice other JOIN next USING (user_id, kind, due_at)
        WHERE next.kind = ANY(%(together)s) AND other.state = 'due' AND other.not_before <= %(at)s
        FOR UPDATE OF other SKIP LOCKED
    ), readers AS (
        SELECT {", ".join(f"{value} AS person_{name}" for name, value in PERSON.items())}
        FROM next LEFT JOIN academy_user person ON person.id = next.user_id
        LEFT JOIN enrollment_interest interest ON interest.id = next.interest
    )
    UPDATE academy_notice notice SET state = 'claimed', claimed_at = %(at)s, attempts = attempts + 1
    FROM readers, {QUIETLY}
    WHERE notice.id IN (SELECT id FROM next UNION SELECT id FROM companions)
    RETURNING notice.*, readers.*
"""
SENT = f"""
    UPDATE academy_notice SET state = 'sent', sent_at = %s, remark = '' FROM {QUIETLY} WHERE id = ANY(%s)
"""


def send(notices: list[Notice], post: BaseEmailBackend, clock: Clock, desk: letter.Desk) -> None:
    """One mail: rows claimed together end up sent, dropped, refused, parked, or wait for another try."""
    kind = KINDS[notices[0].kind]
    try:
        notices = [notice for notice in notices if still_due(kind, notice, clock())]
        if not notices:
            return
        message = desk.write(kind, notices, clock())
        if not hand_over(notices, str(message.subject), clock()):
            return
        post.send_messages([message])
    except OSError as error:
        leave(post)
        settle(kind, notices, error, clock())
    except (OperationalError, InterfaceError):
        raise  # the database is away: the claim goes stale, and another sweep starts over
    except Exception:
        log.exception("notice %d (%s) cannot be written", notices[0].pk, notices[0])
        retry(notices, clock(), OURS, give_up=notices[0].attempts >= MOST_ATTEMPTS)
    else:
        with connection.cursor() as cursor:
            cursor.execute(SENT, (clock(), [notice.pk for notice in notices]))


def still_due(kind: NoticeKind, notice: Notice, at: datetime) -> bool:
    """Whether it is still true and of use; otherwise it is dropped, with the reason."""
    gone = NO_ADDRESS if notice.interest else NO_ACCOUNT
    reason = kind.still_due(notice, at) if notice.reader.is_active else gone
    if reason:
        log.info("notice %d (%s) dropped: %s", notice.pk, notice, reason)
        mark([notice], state=State.DROPPED, remark=reason)
    return not reason


def hand_over(notices: list[Notice], subject: str, at: datetime) -> bool:
    """Mark, before a word is said to the server; False when somebody took us for dead and claimed anew."""
    ours = Notice.objects.filter(state=State.CLAIMED, claimed_at=notices[0].claimed_at)
    handed = ours.filter(pk__in=[notice.pk for notice in notices])
    return handed.update(state=State.HANDED, handed_at=at, subject=subject[:250]) == len(notices)


def settle(kind: NoticeKind, notices: list[Notice], error: OSError, at: datetime) -> None:
    """What becomes of a mail that failed: a final no, another try, or the question whether it arrived."""
    code, words = reply(error)
    log.warning("notice %d (%s): %s %s", notices[0].pk, notices[0], code or "no reply", words)
    about_this_mail = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    if about_this_mail and code >= 500:
        mark(notices, state=State.REFUSED, remark=f"{code} {words}"[:250])
    elif not code and not kind.resent:
        mark(notices, state=State.PARKED, remark=UNSURE)
    else:
        retry(notices, at, NOT_TAKEN, give_up=at - notices[0].due_at > LONGEST_TRY)


def reply(error: OSError) -> tuple[int, str]:
    """What the server said, as code and words; 0 when it said nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, words)] = error.recipients.values()
        return code, words.decode(errors="replace")
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return error.smtp_code, said if isinstance(said, str) else said.decode(errors="replace")
    return 0, str(error)


def retry(notices: list[Notice], at: datetime, remark: str, *, give_up: bool) -> None:
    """Rest twice as long after every attempt; in the end leave it to the office."""
    if give_up:
        mark(notices, state=State.PARKED, remark=remark)
        return
    pause = min(timedelta(minutes=2 ** min(notices[0].attempts - 1, 10)), LONGEST_REST)
    mark(notices, state=State.DUE, not_before=at + pause)


def mark(notices: list[Notice], **fields) -> None:
    """Write the same into rows we hold."""
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(**fields)


@transaction.atomic
def send_again(*, notice: Notice, by: User, at: datetime) -> Notice:
    """Let a parked or refused notice leave once more; it is re-checked like any other."""
    notice = Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    if notice.state not in (State.PARKED, State.REFUSED):
        raise Refusal(_("Only a notice that is parked or was refused can be sent again."))
    notice.state, notice.not_before, notice.attempts, notice.remark = State.DUE, at, 0, ""
    notice.save(update_fields=["state", "not_before", "attempts", "remark"])
    log.info("%s sends notice %d again", by.pk, notice.pk)
    return notice
