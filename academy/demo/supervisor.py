"""`make demo`: from an empty folder to a portal that stands, and back to nothing running."""

import hashlib
import http.client
import os
import re
import shutil
import signal
import socket
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Thread

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from academy.celery import app as celery_app
from academy.demo import story
from academy.demo.logins import LOGINS, PASSWORD
from academy.demo.processes import Processes, Program, running
from academy.embedded import leaving_by_exception
from academy.languages import compile_messages

SECONDS_TO_STAND = 60.0
LOGS = settings.LOCAL_DIR / "log"

Say = Callable[[str], None]


class DemoError(Exception):
    """Why the demo cannot run."""


def run(*, today: date, port: int, say: Say) -> None:
    """Serve the demo at `port` until a signal ends it; `today` is the day its story is told on."""
    try:
        with leaving_by_exception():
            if "MAKELEVEL" in os.environ:
                Thread(target=stop_with_make, daemon=True).start()
            serve(today, port, say)
    except (KeyboardInterrupt, SystemExit):
        say("Stopped; the data are kept.")


def serve(today: date, port: int, say: Say) -> None:
    say("PostgreSQL and Valkey")
    with settings.EMBEDDED.running():
        compile_words(say)
        fingerprint = static_fingerprint()
        collect = [] if static_is_current(fingerprint) else [COLLECT]
        with running(collect, LOGS, say) as collecting:  # on the other core, meanwhile
            prepare_database(today, say)
            if collect:
                say("Styles and fonts")
                wait_for_static(collecting)
                fingerprint_file().write_text(fingerprint)
        say("Web, worker and clock")
        with running(programs(port), LOGS, say) as house:
            wait_until_it_stands(port, house)
            announce(port, say)
            watch(house, say)


def reset(say: Say) -> None:
    """Forget all data of the embedded servers."""
    servers = settings.EMBEDDED
    if not (servers.postgres and servers.valkey):
        raise DemoError("Only embedded servers can be emptied: unset DATABASE_URL and REDIS_URL.")
    if not servers.is_free():
        raise DemoError("The demo, or another command with its database, is running: stop it first.")
    if servers.folder.exists():
        servers.stop()  # what a killed command left behind
        for name in ("postgres", "valkey", "demo"):
            shutil.rmtree(servers.folder / name, ignore_errors=True)
    say("Starting over with an empty database")


def refuse_taken_port(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(
                f"Port {port} cannot be used ({error.strerror}): "
                f"stop what uses it, or choose another: make demo PORT={port + 1}"
            ) from error


# --- What has to be there before anybody comes ---------------------------------------------------


def compile_words(say: Say) -> None:
    for folder in settings.LOCALE_PATHS:
        if compile_messages(folder):
            say("Words in Italian")


COLLECT = Program("static", "django", ("collectstatic", "--noinput", "--clear", "--verbosity=0"))


def static_fingerprint() -> str:
    """Changes with the name, size or time of any static file, and with how they are stored."""
    digest = hashlib.sha256(repr(settings.STORAGES).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def fingerprint_file() -> Path:
    return settings.LOCAL_DIR / "static.fingerprint"


def static_is_current(fingerprint: str) -> bool:
    file = fingerprint_file()
    return file.exists() and file.read_text() == fingerprint


def wait_for_static(collecting: Processes) -> None:
    (process,) = collecting.running
    if process.child.wait():
        raise DemoError(f"Static files could not be collected:\n{process.last_words()}")


def prepare_database(today: date, say: Say) -> None:
    """Tables and, once, the story; an interrupted story starts over."""
    migrate(say)
    told = day_of_the_story()
    if told is None and get_user_model().objects.exists():
        if not settings.EMBEDDED.postgres:
            raise DemoError("The database at DATABASE_URL holds other data: the demo needs its own.")
        say("The story was interrupted: starting it over")
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        migrate(say)
    if told is None:
        shutil.rmtree(settings.LOCAL_DIR / "demo", ignore_errors=True)  # mail of an interrupted one
        say(f"The story, day by day until {today:%d/%m/%Y}")
        story.play(today=today, say=lambda text: say(f"  {text}"))
        remember_story(today)
    elif told != today:
        say(f"The story was told on {told:%d/%m/%Y}; `make demo-reset` tells it as of today")
    connection.close()


def migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    if pending := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say(f"Tables of the database: {len(pending)} migrations")
        call_command("migrate", interactive=False, verbosity=0)


def day_of_the_story() -> date | None:
    """The day a complete story was told on: a comment on the database, written when it ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        (comment,) = cursor.fetchone()
    return date.fromisoformat(comment.removeprefix(STORY)) if comment else None


STORY = "demo of "


def remember_story(day: date) -> None:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"COMMENT ON DATABASE {name} IS %s", [f"{STORY}{day}"])


# --- The processes, and their watch --------------------------------------------------------------


def programs(port: int) -> list[Program]:
    """In the order in which they stop: nobody is served by half a house."""
    schedule = settings.LOCAL_DIR / "beat-schedule"
    celery = ("--app=academy.celery", "--workdir", str(settings.BASE_DIR))
    web = (
        "academy.wsgi",
        f"--bind=127.0.0.1:{port}",
        *("--workers=2", "--worker-class=gthread", "--threads=4"),
        *("--graceful-timeout=5", "--log-level=warning", "--no-control-socket"),
    )
    beat = (*celery, "beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=WARNING")
    worker = (*celery, "worker", "--concurrency=2", "--loglevel=WARNING", "--without-gossip")
    return [
        Program("web", "gunicorn", web),
        Program("clock", "celery", beat),
        Program("worker", "celery", worker),
    ]


def wait_until_it_stands(port: int, house: Processes) -> None:
    """/health/ answers 200 once a first sweep has passed through broker and worker."""
    celery_app.send_task("academy.tasks.sweep")
    deadline = time.monotonic() + SECONDS_TO_STAND
    while (answer := health(port))[0] != http.client.OK:
        if time.monotonic() > deadline:
            words = "\n".join(process.last_words() for process in house.running)
            raise DemoError(f"The portal does not stand ({answer}):\n{words}")
        house.revive()
        time.sleep(0.1)


def health(port: int) -> tuple[int, str]:
    """Status and body of /health/; 0 while nobody answers."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/health/", headers={"Host": settings.ALLOWED_HOSTS[0].lstrip(".")})
        answer = line.getresponse()
        return answer.status, answer.read(500).decode(errors="replace")
    except OSError as error:
        return 0, str(error)
    finally:
        line.close()


def announce(port: int, say: Say) -> None:
    say(f"The portal stands: http://localhost:{port}/")
    with translation.override("en"):
        for address, who in LOGINS.items():
            say(f"  {address:26} {who}")
    say(f"  password of all: {PASSWORD}")
    say("Ctrl-C stops it, `make demo-reset` starts it over.")


def watch(house: Processes, say: Say) -> None:
    """Until a signal comes."""
    try:
        while True:
            time.sleep(0.5)
            house.revive()
    finally:
        say("Stopping …")


def stop_with_make() -> None:
    """Pass on what `make` keeps to itself: its own death, and a SIGINT sent to it alone."""
    make = os.getppid()
    while os.getppid() == make and not holds_interrupt(make):
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def holds_interrupt(process: int) -> bool:
    """Whether it is inside its handler of SIGINT, where GNU make waits for us to end."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:  # it has ended, or this is not Linux
        return False
    blocked = int(re.findall(r"^SigBlk:\s*([0-9a-f]+)$", status, re.MULTILINE)[0], 16)
    return bool(blocked >> (signal.SIGINT - 1) & 1)
