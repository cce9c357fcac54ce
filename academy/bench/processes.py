"""What the kernel says of running servers: CPU time, memory, children. Linux only."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECONDS_TO_START = 30
THREADS = ("--worker-class", "gthread", "--threads", "4", "--keep-alive", "5")


def children(pid: int) -> list[int]:
    """Direct children of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def cpu_nanoseconds(pids: list[int]) -> int:
    """CPU time used so far, all threads together."""
    total = 0
    for pid in pids:
        for schedstat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            total += int(schedstat.read_text().split()[0])
    return total


def resident_megabytes(pid: int) -> float:
    """Memory in RAM."""
    (line,) = (
        text for text in Path(f"/proc/{pid}/status").read_text().splitlines() if text.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


def free_port() -> int:
    """A port of loopback nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


@dataclass
class Server:
    """A gunicorn on loopback, with two workers unless told otherwise."""

    port: int
    process: subprocess.Popen
    first_page_seconds: float

    @property
    def workers(self) -> list[int]:
        """Their process numbers."""
        return children(self.process.pid)

    def connection(self) -> http.client.HTTPConnection:
        """A connection that stays open."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)


@contextmanager
def gunicorn(application: str, *options: str, environment: dict[str, str], first: str) -> Iterator[Server]:
    """Serve `application` inside the block; the clock runs until page `first` answers."""
    port = free_port()
    words = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--log-level", "warning", *options]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, *words], env={**os.environ, **environment}
    )
    try:
        server = Server(port, process, 0.0)
        wait_for(server, first)
        server.first_page_seconds = time.perf_counter() - began
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def wait_for(server: Server, path: str) -> None:
    """Until `path` answers at all."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            line = server.connection()
            line.request("GET", path)
            line.getresponse().read()
            return
        except OSError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
