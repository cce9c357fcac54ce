"""Forms sent to a running server by many people at the same moment."""

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.test import Client
from django.utils.crypto import get_random_string

from academy.models import User
from courses.templatetags.once import FIELD

from .processes import Server

BROKEN = 599  # the connection broke before an answer came


@dataclass(frozen=True)
class Person:
    """Somebody signed in, who may send forms."""

    user: User
    cookies: dict[str, str]

    @classmethod
    def of(cls, user: User) -> "Person":
        """`user` with a session of their own."""
        client = Client()
        client.force_login(user)
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        return cls(user, cookies | {settings.CSRF_COOKIE_NAME: get_random_string(32)})


@dataclass
class Form:
    """A form about to be sent, and afterwards what came back, after how many milliseconds."""

    by: Person
    address: str
    fields: dict[str, object] = field(default_factory=dict)
    key: object = field(default_factory=uuid4)
    status: int = 0
    milliseconds: float = 0.0

    def send(self, server: Server, gate: threading.Barrier) -> None:
        """On a connection of its own, when the gate opens."""
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        token = self.by.cookies[settings.CSRF_COOKIE_NAME]
        body = urlencode({"csrfmiddlewaretoken": token, FIELD: self.key, **self.fields})
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.by.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        gate.wait()
        began = time.perf_counter()
        try:
            line.request("POST", self.address, body, headers)
            answer = line.getresponse()
            answer.read()
            self.status = answer.status
        except (OSError, http.client.HTTPException):
            self.status = BROKEN
        self.milliseconds = (time.perf_counter() - began) * 1000
        line.close()


def send_all(server: Server, forms: Sequence[Form]) -> float:
    """All at the same moment; the seconds until the last one was answered."""
    gate = threading.Barrier(len(forms) + 1)
    threads = [threading.Thread(target=form.send, args=(server, gate)) for form in forms]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began
