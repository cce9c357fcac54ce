"""The ledger of hours of an edition, as its timetable, registers and presences have it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Sum

from assessments.ledger import Held, Ledger, Share, ledger
from assessments.models import Presence, Register, RegisterState, Signature
from courses.models import Block, Cohort, Instructor, Session


@dataclass(frozen=True)
class Accounts:
    """A ledger with what its keys stand for."""

    cohort: Cohort
    ledger: Ledger
    blocks: list[Block]
    instructors: Mapping[int, Instructor]


def accounts_of(cohort: Cohort) -> Accounts:
    """Of its teaching, which is what counts towards the 300 hours: six queries, however long it is."""
    sessions = Session.objects.live().filter(cohort=cohort, purpose=Session.Purpose.TEACHING)
    shown = list(sessions.select_related("module__block").prefetch_related("teachers"))
    delivered = set(
        Register.objects.filter(cohort=cohort)
        .exclude(state=RegisterState.OPEN)
        .values_list("session", flat=True)
    )
    told = Presence.objects.filter(cohort=cohort).values("session").annotate(total=Sum("minutes")).order_by()
    credited = dict(told.values_list("session", "total"))
    signed = {
        (session, instructor): minutes
        for session, instructor, minutes in Signature.objects.filter(register__cohort=cohort)
        .order_by()
        .values_list("register__session", "instructor", "minutes")
    }
    held = [
        Held(
            session.module.block.code,
            session.minutes,
            session.pk in delivered,
            credited.get(session.pk, 0),
            tuple(
                Share(
                    one.instructor_id,
                    one.kind,
                    one.minutes,
                    one.share,
                    signed.get((session.pk, one.instructor_id)),
                )
                for one in session.teachers.all()
            ),
        )
        for session in shown
    ]
    found = ledger(held)
    return Accounts(
        cohort,
        found,
        list(Block.objects.filter(programme=cohort.programme_id, counts_towards_total=True)),
        Instructor.objects.select_related("organisation").in_bulk({who for who, _kind in found.instructors}),
    )
