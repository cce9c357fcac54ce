"""The bench from beginning to end: databases, servers, rounds, figures."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from academy.demo.story import play
from academy.models import User
from assessments.models import ModuleTest
from courses.models import Cohort, Session
from enrollment.access import calendar_token
from enrollment.models import Application

from . import crowd
from .pages import ROUNDS, Page
from .planner import planner_figures
from .processes import THREADS, Server, children, gunicorn, resident_megabytes
from .seats import seat_figures
from .teams import team_figures

Say = Callable[[str], object]
OURS, FLOOR, CROWDED = "academy_bench", "academy_bench_floor", "academy_bench_crowded"
CHECK_RUNS = 3


@dataclass(frozen=True)
class Signed:
    """A person who has signed in: the cookie says so."""

    client: Client

    @classmethod
    def in_as(cls, email: str) -> "Signed":
        client = Client()
        client.force_login(User.objects.get(email=email))
        return cls(client)

    @property
    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items())
        return {"Cookie": cookies}


def measure(*, say: Say) -> dict:
    """All figures, printed on the way."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    with database(FLOOR) as floor_url, database(OURS) as url:
        say("Building the demo data …")
        with used(OURS):
            call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            play(today=timezone.localdate(), say=lambda _line: None)
            analyze()
        with database(CROWDED, like=OURS) as crowded_url:
            with used(CROWDED):
                crowd.fill()
                analyze()
            with used(OURS):
                pages, of_servers = page_figures(url, crowded_url, floor_url, say=say)
        with used(OURS):
            seats = seat_figures(url, say=say)
    figures = {
        "pages": pages,
        **of_servers,
        "check_s": round(seconds_of_check(), 2),
        **seats,
        "planner": planner_figures(say=say),
        "teams": team_figures(say=say),
    }
    show(figures, say)
    return figures


def page_figures(url: str, crowded_url: str, floor_url: str, *, say: Say) -> tuple[dict, dict]:
    """Of every page, and of the servers; the rounds of all pages take turns."""
    key = subprocess.run(
        [sys.executable, "-m", "academy.bench.floor"],
        env={**os.environ, "FLOOR_DATABASE_URL": floor_url},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()
    floor = gunicorn(
        "academy.bench.floor:application", environment={"FLOOR_DATABASE_URL": floor_url}, first="/hello"
    )
    with portal_on(url) as portal, portal_on(crowded_url) as crowded, floor as bare:
        with used(CROWDED):
            among_many = schedule_pages(crowded, f", {crowd.EDITIONS} editions")
        pages = [*floor_pages(bare, key), *portal_pages(portal), *among_many]
        for number in range(1, ROUNDS + 1):
            say(f"Round {number} of {ROUNDS} …")
            for page in pages:
                page.round(postgres_processes)
        resident = max(resident_megabytes(pid) for pid in portal.workers)
        first_page = portal.first_page_seconds
    statements = {page.name: page_statements(page) for page in pages if page.server is portal}
    figures = {
        page.name: {
            "cpu_ms": round(page.cpu_ms, 2),
            "wall_ms": round(page.wall_ms, 2),
            "sql": statements.get(page.name),
            "bytes": page.size,
        }
        for page in pages
    }
    return figures, {"worker_resident_mb": round(resident, 1), "first_page_s": round(first_page, 2)}


def portal_on(url: str):
    """The portal, serving that database."""
    return gunicorn("academy.wsgi", *THREADS, environment={"DATABASE_URL": url, "DEMO": "1"}, first="/")


def floor_pages(server: Server, key: str) -> list[Page]:
    """The minimal pages."""
    return [
        Page("floor: hello", server, "/hello"),
        Page("floor: one SELECT", server, "/select"),
        Page("floor: mine, 40 rows", server, "/mine", {"Cookie": f"sessionid={key}"}),
        Page("floor: public, 75 rows", server, "/public"),
        Page("floor: feed, 75 events", server, "/feed"),
    ]


def portal_pages(server: Server) -> list[Page]:
    """The pages people open most, as the people of the demo."""
    participant, instructor, office, applicant = (
        Signed.in_as(f"{name}@example.org") for name in ("participant", "instructor", "office", "applicant")
    )
    person = User.objects.get(email="participant@example.org")
    enrollment = person.enrollments.active().get()
    session = Session.objects.live().filter(cohort=enrollment.cohort).upcoming(timezone.now()).first()
    teacher = User.objects.get(email="instructor@example.org").instructor
    test = ModuleTest.objects.of(teacher).filter(cohort=enrollment.cohort).first()
    feed = feed_path(person)
    application = Application.objects.get(user__email="applicant@example.org")

    def outdate() -> None:
        Cohort.objects.filter(pk=enrollment.cohort_id).update(version=F("version") + 1)

    edition = f"/cohorts/{enrollment.cohort.code}/"
    return [
        Page("front page", server, "/"),
        Page("edition, cold", server, edition, outdate=outdate),
        Page("edition, warm", server, edition),
        Page("edition, 304", server, edition, known=True),
        Page("sign-in page", server, "/accounts/login/"),
        Page("home", server, "/home/", participant.headers),
        *schedule_pages(server),
        Page("session", server, f"/sessions/{session.pk}/", participant.headers),
        Page("feed, cold", server, feed, outdate=outdate),
        Page("feed, warm", server, feed),
        Page("feed, 304", server, feed, known=True),
        Page("teaching", server, "/teaching/", instructor.headers),
        Page("score page", server, f"/teaching/tests/{test.pk}/scores/", instructor.headers),
        Page("application", server, f"/applications/{application.pk}/", applicant.headers),
        Page("committee", server, "/committee/", instructor.headers),
        Page("score sheet", server, f"/committee/{application.pk}/documents/", instructor.headers),
        Page("admin list", server, "/admin/courses/session/", office.headers),
        Page("admin, applications", server, "/admin/enrollment/application/", office.headers),
    ]


def schedule_pages(server: Server, among: str = "") -> list[Page]:
    """The participant's own, `among` as many editions."""
    participant = Signed.in_as("participant@example.org")
    return [
        Page(f"schedule, agenda{among}", server, "/schedule/", participant.headers),
        Page(f"schedule, month{among}", server, "/schedule/?view=month", participant.headers),
    ]


def feed_path(person: User) -> str:
    """Where the calendar of `person` is."""
    return f"/calendar/{calendar_token(person)}.ics"


def page_statements(page: Page) -> int:
    """SQL statements of a warm page, counted in this process."""
    client = Client(SERVER_NAME="localhost", headers=page.headers)
    client.get(page.path)
    if page.outdate:
        page.outdate()
    with CaptureQueriesContext(connection) as queries:
        client.get(page.path)
    return len(queries)


@contextmanager
def database(name: str, like: str = "template1") -> Iterator[str]:
    """A database inside the block, empty or a copy of one nobody uses; gives its address."""
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    create = f'CREATE DATABASE "{name}" TEMPLATE "{like}"'
    with connection.cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(create)
    try:
        yield address(name)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(drop)


@contextmanager
def used(name: str) -> Iterator[None]:
    """This process works on database `name` inside the block."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def address(name: str) -> str:
    """The address of another database on our server."""
    given = os.environ.get("DATABASE_URL") or settings.EMBEDDED.database_url
    return urlsplit(given)._replace(path=f"/{name}").geturl()


def postgres_processes() -> list[int]:
    """The backends but our own, when PostgreSQL runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    stat = Path(f"/proc/{backend}/stat")
    if not stat.exists() or "postgres" not in stat.read_text():
        return []
    postmaster = int(stat.read_text().rsplit(")", 1)[1].split()[1])
    return [pid for pid in children(postmaster) if pid != backend]


def analyze() -> None:
    """What PostgreSQL does by itself a minute later."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def seconds_of_check() -> float:
    """`manage.py check`, best of three."""
    return min(seconds_of([sys.executable, "manage.py", "check"]) for _ in range(CHECK_RUNS))


def seconds_of(command: list[str]) -> float:
    """How long a command takes."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=settings.BASE_DIR)
    return time.perf_counter() - began


def show(figures: dict, say: Say) -> None:
    """A table for people."""
    say(f"{'page':<32}{'CPU ms':>9}{'wall ms':>9}{'SQL':>5}{'KB':>8}")
    for name, row in figures["pages"].items():
        sql = "" if row["sql"] is None else row["sql"]
        say(f"{name:<32}{row['cpu_ms']:>9.2f}{row['wall_ms']:>9.2f}{sql:>5}{row['bytes'] / 1024:>8.1f}")
    say(f"worker resident {figures['worker_resident_mb']} MB, first page {figures['first_page_s']} s,")
    say(f"manage.py check {figures['check_s']} s")
    for name in ("acceptances", "rush", "control"):
        say(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures[name].items()))


def write(figures: dict, path: Path) -> None:
    """Save as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")
