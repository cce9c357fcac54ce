"""The hours of an edition for whoever pays them: one row per instructor and kind of teaching."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.accounts import Accounts
from assessments.ledger import KINDS, Account, Pay, drift, percent
from courses.models import Block, TeachingKind
from courses.tables import write_csv, write_xlsx


def hours_csv(accounts: Accounts) -> bytes:
    """For a spreadsheet; nothing in it computes."""
    return write_csv(columns(), rows(accounts))


def hours_xlsx(accounts: Accounts) -> bytes:
    """The same; hours stay numbers."""
    return write_xlsx(accounts.cohort.code, columns(), list(rows(accounts)))


def columns() -> list[str]:
    """Their names, in the reader's language."""
    return [
        _("Edition"),
        _("Instructor"),
        _("Organisation"),
        _("Kind"),
        _("Sessions"),
        _("Minutes planned"),
        _("Minutes signed for"),
        _("Hours signed for"),
        _("Minutes not signed for"),
    ]


def rows(accounts: Accounts) -> Iterator[list[object]]:
    """By name; hours have two decimals, cut off."""
    for name, organisation, kind, pay in instructors(accounts):
        hours = Decimal(pay.signed * 100 // 60).scaleb(-2)
        yield [
            accounts.cohort.code,
            name,
            organisation,
            kind,
            pay.sessions,
            pay.planned,
            pay.signed,
            hours,
            pay.unsigned,
        ]


def instructors(accounts: Accounts) -> list[tuple[str, str, str, Pay]]:
    """Name, organisation, kind and minutes, by name."""
    found = []
    for (who, kind), pay in accounts.ledger.instructors.items():
        instructor = accounts.instructors[who]
        label = str(TeachingKind(kind).label)
        found.append((instructor.name, instructor.organisation.name, label, pay))
    return sorted(found, key=lambda one: one[:3])


def by_block(accounts: Accounts) -> list[tuple[Block, Account, list[tuple[str, Account]]]]:
    """Each block with what it has in all, and of each kind of teaching."""
    ledger = accounts.ledger
    return [
        (
            block,
            ledger.blocks.get(block.code, Account()),
            [
                (str(TeachingKind(kind).label), ledger.kinds.get((block.code, kind), Account()))
                for kind in KINDS
            ],
        )
        for block in accounts.blocks
    ]


def by_kind(accounts: Accounts) -> list[dict[str, object]]:
    """Of each kind: what the programme promises, what there is, and how far it has drifted, in minutes."""
    programme, total = accounts.cohort.programme, accounts.ledger.total
    promised = {"academic": programme.academic_minutes, "company": programme.company_minutes}
    return [
        {
            "kind": str(TeachingKind(kind).label),
            "promised": promised[kind],
            "promised_share": percent(promised[kind], programme.minutes),
            "account": one,
            "planned_share": percent(one.planned, total.planned),
            "delivered_share": percent(one.delivered, total.delivered),
            "planned_drift": drift(one.planned, total.planned, promised[kind], programme.minutes),
            "delivered_drift": drift(one.delivered, total.delivered, promised[kind], programme.minutes),
        }
        for kind in KINDS
        for one in [accounts.ledger.of_kind(kind)]
    ]
