"""The processes of the demo: started together, watched, and stopped in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from academy.embedded import signals_held

SECONDS_TO_STOP = 10.0
RESTARTS = 3  # within a minute; a process that ends more often will not stay up
MINUTE = 60.0


class ProcessEndedError(Exception):
    """A process ends again and again; the message holds its last words."""


@dataclass(frozen=True)
class Program:
    """A Python module run with `arguments`, known to people as `name`."""

    name: str
    module: str
    arguments: tuple[str, ...]


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>


def end_with_parent() -> None:
    """Called in a child: let the kernel end it when the supervisor is killed. Linux only."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """A running program; what it writes goes to a file."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self.starts: list[float] = []
        self.start()

    def start(self) -> None:
        """In a session of its own: a Ctrl-C in the terminal is for the supervisor alone."""
        with self.log.open("w") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", self.program.module, *self.program.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self.starts.append(time.monotonic())

    def ended(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self.child.poll()

    def stop(self) -> None:
        """Asked to finish; after some seconds killed, with all it started."""
        if self.ended() is None:
            self.child.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(SECONDS_TO_STOP)
        with suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class Processes:
    """All processes of the demo; `say` tells a person what happens to them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.running: list[Process] = []

    def revive(self) -> None:
        """Start again what ended by itself."""
        for process in self.running:
            code = process.ended()
            if code is None:
                continue
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            recent = [start for start in process.starts if start > time.monotonic() - MINUTE]
            if len(recent) > RESTARTS:
                raise ProcessEndedError(
                    f"{process.program.name} keeps ending ({how}):\n{process.last_words()}"
                )
            self.say(f"{process.program.name} ended ({how}) and is started again.")
            with signals_held():  # a child is never started and then not known
                process.stop()  # what the dead one left behind
                process.start()

    def stop(self) -> None:
        for process in self.running:
            process.stop()


@contextmanager
def running(programs: list[Program], logs: Path, say: Callable[[str], None]) -> Iterator[Processes]:
    """All `programs` run inside this block; at its end they stop in the order they started."""
    processes = Processes(say)
    logs.mkdir(parents=True, exist_ok=True)
    try:
        for program in programs:
            with signals_held():
                processes.running.append(Process(program, logs))
        yield processes
    finally:
        with signals_held():
            processes.stop()
