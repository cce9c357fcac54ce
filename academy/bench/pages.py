"""Asking pages over and over, and what each request cost."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .processes import Server, cpu_nanoseconds

ROUNDS = 5
SECONDS_PER_ROUND = 0.6


@dataclass
class Page:
    """A page of a server, with the headers it is asked with and what came out.

    A page is `known` when it is asked for with the ETag of its present state, so the answer is 304.
    `outdate` makes every kept copy of it worthless before each request: the page is asked cold.
    """

    name: str
    server: Server
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    known: bool = False
    outdate: Callable[[], object] | None = None
    cpu_ms: float = float("inf")
    walls: list[float] = field(default_factory=list)
    size: int = 0

    def ask(self, line) -> tuple[int, bytes, dict]:
        """One request."""
        line.request("GET", self.path, headers=self.headers)
        answer = line.getresponse()
        body = answer.read()
        expected = 304 if "If-None-Match" in self.headers else 200
        if answer.status != expected:
            raise RuntimeError(f"{self.name}: {self.path} answered {answer.status}, not {expected}")
        return answer.status, body, dict(answer.getheaders())

    def round(self, postgres: Callable[[], list[int]]) -> None:
        """About half a second of requests, one after the other on two connections.

        CPU is what the workers and the processes of PostgreSQL, old and new, used meanwhile, so nothing
        else may be served.
        """
        self.headers.pop("If-None-Match", None)
        if self.known:
            self.headers["If-None-Match"] = self.ask(self.server.connection())[2]["ETag"]
        lines = [self.server.connection() for _ in range(2)]
        for line in lines:
            _status, body, _headers = self.ask(line)
        self.size = len(body)

        def used() -> int:
            return cpu_nanoseconds([*self.server.workers, *postgres()])

        before, count, end = used(), 0, time.perf_counter() + SECONDS_PER_ROUND
        while time.perf_counter() < end:
            if self.outdate:
                self.outdate()
            began = time.perf_counter()
            self.ask(lines[count % 2])
            self.walls.append((time.perf_counter() - began) * 1000)
            count += 1
        self.cpu_ms = min(self.cpu_ms, (used() - before) / count / 1e6)
        for line in lines:
            line.close()

    @property
    def wall_ms(self) -> float:
        """Median time from question to answer."""
        return statistics.median(self.walls)
