"""The mail of the demo: each message a file, read in the browser instead of leaving."""

import itertools
import os
import time
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from django.conf import settings
from django.core.mail import EmailMessage as MailOut
from django.core.mail.backends.base import BaseEmailBackend

FOLDER = settings.LOCAL_DIR / "demo" / "mail"
numbers = itertools.count()
parser = BytesParser(EmailMessage, policy=policy.default)


class EmailBackend(BaseEmailBackend):
    """Django's way into the mailbox."""

    def send_messages(self, email_messages: Sequence[MailOut]) -> int:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            # A name in order of arrival that no other process gives.
            name = f"{time.time_ns():020}-{os.getpid()}-{next(numbers)}"
            draft = FOLDER / f"{name}.new"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(FOLDER / f"{name}.eml")
        return len(email_messages)


def names() -> list[str]:
    """Of all messages, newest first."""
    return sorted((path.stem for path in FOLDER.glob("*.eml")), reverse=True)


def read(name: str, *, headers_only: bool = False) -> EmailMessage:
    """The message of that name; FileNotFoundError where there is none."""
    with (FOLDER / f"{name}.eml").open("rb") as file:
        return parser.parse(file, headersonly=headers_only)


def to(address: str) -> list[str]:
    """Names of the messages to addresses that contain `address`, newest first."""
    wanted = address.casefold()
    return [name for name in names() if wanted in read(name, headers_only=True)["To"].casefold()]
