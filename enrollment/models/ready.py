"""Questions asked on nearly every page, their SQL written once."""

import functools
from collections.abc import Callable

from django.db import connection
from django.db.models import QuerySet

NO_KEY = -1  # stands for the key until one is known; no row has it


def ready(build: Callable[..., QuerySet]) -> Callable[..., list[tuple]]:
    """A function (key of a person or an edition, *words) → rows, from one that builds the `values_list`.

    Django takes longer to put the SQL of a large query together than PostgreSQL to answer it, and
    for everybody it is the same but for that key: so it is put together once per process and `words`.
    """

    @functools.cache
    def written(*words: str) -> tuple[str, tuple]:
        return build(NO_KEY, *words).query.sql_with_params()

    @functools.wraps(build)
    def rows(key: int, *words: str) -> list[tuple]:
        sql, parameters = written(*words)
        with connection.cursor() as cursor:
            cursor.execute(sql, [key if parameter == NO_KEY else parameter for parameter in parameters])
            return cursor.fetchall()

    return rows
