"""`manage.py demo` as people run it: real processes that stand, are watched, and all stop."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from academy.demo import supervisor
from academy.demo.processes import ProcessEndedError, Program, running
from academy.embedded import Services

OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MAKELEVEL")
SLEEP = Program("sleeper", "timeit", ("-n1", "-r1", "import time; time.sleep(60)"))


def free_port() -> int:
    with socket.socket() as anything:
        anything.bind(("127.0.0.1", 0))
        return anything.getsockname()[1]


class Demo:
    """A demo in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.said = folder.parent / "said.txt"

    def start(self, *words: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        with self.said.open("w") as said:
            self.command = subprocess.Popen(
                [sys.executable, "manage.py", "demo", *words],
                cwd=settings.BASE_DIR,
                env=environment | {"LOCAL_DIR": str(self.folder), "PORT": str(self.port)},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def says(self, text: str) -> bool:
        return text in self.said.read_text()

    def wait_to_say(self, text: str) -> None:
        wait_until(lambda: self.says(text) or self.command.poll() is not None)
        assert self.says(text), self.said.read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.command.send_signal(number)
        return self.command.wait(120)

    def processes(self) -> list[str]:
        """Everything that still runs and was started for this folder, servers included."""
        return [
            process.info["name"]
            for process in psutil.process_iter(["name", "environ", "cmdline", "status"])
            if process.info["status"] != psutil.STATUS_ZOMBIE
            and (
                (process.info["environ"] or {}).get("LOCAL_DIR") == str(self.folder)
                or str(self.folder) in " ".join(process.info["cmdline"] or ())  # Valkey rewrites both
            )
        ]


def wait_until(true: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def demo(place: Path) -> Iterator[Demo]:
    demo = Demo(place / "local")
    yield demo
    if demo.command.poll() is None:
        demo.stop()
    assert demo.processes() == []


def tell_no_story(demo: Demo) -> None:
    """Mark the database as told, so that these tests last seconds."""
    services = Services(demo.folder)
    with services.running():
        connection = psycopg2.connect(services.database_url)
        connection.cursor().execute(f"COMMENT ON DATABASE academy IS '{supervisor.STORY}2022-01-13'")
        connection.commit()
        connection.close()


@pytest.mark.slow
def test_the_demo_stands_survives_a_death_and_leaves_nothing_running(demo):
    tell_no_story(demo)
    demo.start("--today=2022-01-13")
    demo.wait_to_say("The portal stands")
    with urllib.request.urlopen(f"http://localhost:{demo.port}/health/") as answer:
        assert answer.status == 200
    for name in ("office", "instructor", "participant", "applicant"):
        demo.wait_to_say(f"{name}@example.org")

    (worker,) = [
        child for child in psutil.Process(demo.command.pid).children() if "worker" in child.cmdline()
    ]
    worker.kill()
    demo.wait_to_say("worker ended (signal 9) and is started again")

    assert demo.stop(signal.SIGINT) == 0
    assert demo.processes() == []

    demo.start("--today=2022-01-14")
    demo.wait_to_say("The portal stands")
    demo.wait_to_say("The story was told on 13/01/2022")
    for slow in ("migrations", "Words in Italian", "Styles and fonts", "The story, day by day"):
        assert not demo.says(slow)
    assert demo.stop(signal.SIGTERM) == 0
    assert demo.processes() == []


@pytest.mark.slow
def test_a_killed_demo_leaves_only_its_servers_and_the_next_command_stops_them(demo):
    tell_no_story(demo)
    demo.start("--today=2022-01-13")
    demo.wait_to_say("The portal stands")
    demo.command.kill()
    demo.command.wait()
    wait_until(lambda: set(demo.processes()) == {"postgres", "valkey-server"})
    with Services(demo.folder).running():
        pass
    assert demo.processes() == []


@pytest.mark.parametrize("moment", ["PostgreSQL and Valkey", "Tables of the database"])
def test_a_signal_during_the_start_leaves_nothing_running(demo, moment):
    demo.start()
    demo.wait_to_say(moment)
    assert demo.stop() == 0
    assert demo.processes() == []


def test_a_taken_port_is_one_clear_line(demo):
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.port))
        other.listen()
        demo.start()
        assert demo.command.wait(120) == 1
    said = demo.said.read_text()
    assert said.startswith(f"CommandError: Port {demo.port} cannot be used")
    assert said.count("\n") == 1
    assert not demo.folder.exists()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "٨٠٠٠"])
def test_a_port_that_is_none_is_one_clear_line(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(CommandError, match=rf"^PORT is '{port}': it must be a number from 1 to 65535.$"):
        call_command("demo")


def test_nothing_is_forgotten_while_the_servers_are_in_use(demo):
    services = Services(demo.folder)
    with services.running():
        demo.start("--reset")
        assert demo.command.wait(120) == 1
        assert demo.says("is running: stop it first")
        assert services.postgres_answers()


def test_a_process_that_keeps_ending_is_given_up_with_its_last_words(tmp_path):
    said: list[str] = []
    fails = Program("web", "timeit", ("-n1", "-r1", "raise SystemExit('no such house')"))

    def revive_for_ever() -> None:
        with running([fails], tmp_path, said.append) as house:
            while True:
                wait_until(lambda: house.running[0].ended() is not None)
                house.revive()

    with pytest.raises(ProcessEndedError, match=r"(?s)^web keeps ending \(exit code 1\):.*no such house"):
        revive_for_ever()
    assert said == ["web ended (exit code 1) and is started again."] * 3


def test_no_process_outlives_the_block(tmp_path):
    with running([SLEEP, SLEEP], tmp_path, print) as house:
        children = [psutil.Process(process.child.pid) for process in house.running]
        assert [child.is_running() for child in children] == [True, True]
    assert [child.is_running() for child in children] == [False, False]


def test_what_a_process_started_does_not_outlive_the_block_either(tmp_path):
    words = "import subprocess, time; subprocess.Popen(['sleep', '600']); time.sleep(60)"
    with running([Program("parent", "timeit", ("-n1", "-r1", words))], tmp_path, print) as house:
        parent = psutil.Process(house.running[0].child.pid)
        wait_until(lambda: len(parent.children()) == 1)
        [child] = parent.children()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_an_interrupt_sent_to_make_alone_is_noticed(tmp_path):
    (tmp_path / "Makefile").write_text("sleep:\n\t@sleep 60\n")
    make = subprocess.Popen(["make", "sleep"], cwd=tmp_path)
    try:
        wait_until(lambda: len(psutil.Process(make.pid).children()) == 1)
        wait_until(lambda: not supervisor.holds_interrupt(make.pid))  # make holds it while it forks
        make.send_signal(signal.SIGINT)
        wait_until(lambda: supervisor.holds_interrupt(make.pid))
    finally:
        for child in psutil.Process(make.pid).children():
            child.kill()
        make.wait(60)
    assert not supervisor.holds_interrupt(make.pid)
