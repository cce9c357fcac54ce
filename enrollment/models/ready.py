"""Questions asked on nearly every page, their SQL written once."""

import functools
from collections.abc import Callable

from django.db import connection
from django.db.models import QuerySet

NOBODY = -1  # stands for the person until one is known; no row has this key


def ready(build: Callable[..., QuerySet]) -> Callable[..., list[tuple]]:
    """A function (key of a person, *words) → rows, from one that builds the `values_list` to ask.

    Django takes longer to put the SQL of a large query together than PostgreSQL to answer it, and
    for everybody it is the same but for the key: so it is put together once per process and `words`.
    """

    @functools.cache
    def written(*words: str) -> tuple[str, tuple]:
        return build(NOBODY, *words).query.sql_with_params()

    @functools.wraps(build)
    def rows(person: int, *words: str) -> list[tuple]:
        sql, parameters = written(*words)
        with connection.cursor() as cursor:
            cursor.execute(sql, [person if parameter == NOBODY else parameter for parameter in parameters])
            return cursor.fetchall()

    return rows
