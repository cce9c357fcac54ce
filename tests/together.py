"""Several people doing something at the same moment, each on a database connection of their own."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import IntegrityError, connection

from courses.refusals import Refusal


def all_at_once(jobs: Iterable[Callable[[], object]]) -> list:
    """What each job gave, in their order; a refusal, of an action or of the database, counts as given."""
    waiting = list(jobs)
    together = Barrier(len(waiting), timeout=30)

    def do(job: Callable[[], object]) -> object:
        connection.ensure_connection()
        together.wait()
        try:
            return job()
        except (Refusal, IntegrityError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(waiting)) as pool:
        return list(pool.map(do, waiting))
