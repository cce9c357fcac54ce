"""Real Celery workers, to be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def a_worker(environment, log: Path) -> Iterator[subprocess.Popen]:
    """`celery worker` with two children, as the demo runs it."""
    command = [sys.executable, "-m", "celery", "--app=academy", "worker", "--concurrency=2"]
    with log.open("a") as file:
        worker = subprocess.Popen(
            [*command, "--loglevel=WARNING", "--without-gossip"],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield worker
    finally:
        kill_all(worker)


def kill_all(worker: subprocess.Popen) -> None:
    """Worker and children at once, as a machine that loses its power."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def children(worker: subprocess.Popen) -> list[int]:
    found = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    return [int(pid) for pid in found.read_text().split()] if found.exists() else []
