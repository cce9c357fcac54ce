"""Who writes, when and why: told to the triggers that keep ledgers."""

from datetime import datetime

from django.db import connection


def sign(*, by, at: datetime, reason: str = "") -> None:
    """Sign every change in this transaction; `by` None is the portal itself. Must run inside `atomic`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('smtc.actor', %s, true), set_config('smtc.at', %s, true),"
            " set_config('smtc.reason', %s, true)",
            [str(by.pk) if by else "", at.isoformat(), reason],
        )
