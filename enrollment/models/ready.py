"""Questions asked on nearly every page: written once per process, planned once per connection."""

import functools
from collections.abc import Callable
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import QuerySet
from psycopg2.extensions import AsIs

NO_KEY = "-1"  # stands for the key until one is known; no row has it

# What each connection has prepared already; a connection that ends takes its statements with it.
prepared: WeakKeyDictionary[object, set[str]] = WeakKeyDictionary()


def ready(build: Callable[..., QuerySet]) -> Callable[..., list[tuple]]:
    """A function (key, *words) → rows, from one that builds the `values_list` of a key.

    Django takes longer to put the SQL of a large query together, and PostgreSQL to plan it, than to
    answer it; and for everybody it is the same but for that key. So it is put together once per process
    and `words`, and prepared once per connection.
    """

    @functools.cache
    def written(*words: str) -> tuple[str, str, list]:
        name = ".".join((build.__module__, build.__name__, *words))
        sql, given = build(NO_KEY, *words).query.sql_with_params()
        return name, sql, [AsIs("$1") if str(one) == NO_KEY else one for one in given]

    @functools.wraps(build)
    def rows(key: int | str, *words: str) -> list[tuple]:
        name, sql, parameters = written(*words)
        with connection.cursor() as cursor:
            statements = prepared.setdefault(connection.connection, set())
            if name not in statements:
                prepare(name, sql, parameters)
                statements.add(name)
            cursor.execute(f'EXECUTE "{name}" (%s)', [key])
            return cursor.fetchall()

    return rows


def prepare(name: str, sql: str, parameters: list) -> None:
    """Once per connection, so not one of the questions of the page that happens to be the first."""
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(f'PREPARE "{name}" AS {sql}', parameters)
