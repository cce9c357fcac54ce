"""A mail server on this machine that keeps what it is given and fails as it is told."""

import asyncio
import itertools
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class MailServer:
    """Obedient until told otherwise by `answer`. `pause` seconds pass between taking a mail and saying so."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.connections = 0
        self.pause = 0.0
        self.scripts: list[tuple[str, str | None, Iterator[str]]] = []
        self.port = a_free_port()

    def answer(self, phase: str, *replies: str, to: str | None = None, always: bool = False) -> None:
        """In `phase` ("RCPT" or "DATA") give these replies, one each time or the same for ever.

        A reply is a line such as "550 unknown", or "hang" (never answers), or "drop" (takes the mail,
        then hangs up before saying so). `to` narrows it to an address.
        """
        self.scripts.append((phase, to, itertools.cycle(replies) if always else iter(replies)))

    def obey(self) -> None:
        """Be a good server again."""
        self.scripts.clear()

    def reply(self, phase: str, address: str) -> str | None:
        for when, to, replies in self.scripts:
            if when == phase and to in (None, address):
                return next(replies, None)
        return None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if reply := self.reply("RCPT", address):
            return await self.act(reply, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = self.reply("DATA", envelope.rcpt_tos[0])
        if reply is None or reply == "drop":
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.append(envelope.rcpt_tos)
        if reply:
            return await self.act(reply, server)
        await asyncio.sleep(self.pause)
        return "250 OK"

    async def act(self, reply: str, server) -> str:
        if reply == "hang":
            await asyncio.sleep(3600)
        if reply == "drop":
            server.transport.abort()
        if reply.startswith("421"):
            await server.push(reply)
            server.transport.close()
        return reply

    def to(self, address: str) -> list[EmailMessage]:
        """What this address was sent, in order."""
        return [mail for mail in self.mails if mail["To"] == address]

    def has(self, number: int) -> bool:
        """Whether that many mails have arrived."""
        return len(self.mails) >= number

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
