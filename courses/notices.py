"""What a kind of notice is. The kinds live in each room's `notices.py`; the roof asks, writes down, sends."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise

WINDOW = timedelta(hours=48)  # how long ago something may have become due: a dead clock is caught up


class Told(Protocol):
    """What a kind sees of a row of the ledger: told to `user_id`, or to the address `interest`."""

    user_id: int | None
    interest: int | None
    key: int
    revision: int
    due_at: datetime


class NoticeKind(ABC):
    """Something people are told, once each. The docstring of a subclass is its sentence.

    Its words are `templates/<app>/notices/<name>.{subject.txt,txt,html}`; `title` names it in lists and
    `why` ends each mail.
    After a crash nobody knows whether a mail handed over arrived: `resent` says whether it leaves
    again under the same Message-ID, or waits for the office. Rows of one person that fell due at
    the same moment are one mail where `together` is set. Those `to_addresses` are for people without
    an account: the person in `due` is then the key of an address, and `way_out` ends such mails.
    """

    name: ClassVar[str]
    title: ClassVar[Promise]
    why: ClassVar[Promise]
    resent: ClassVar[bool] = True
    together: ClassVar[bool] = False
    to_addresses: ClassVar[bool] = False

    @property
    def app(self) -> str:
        """The room whose templates hold the words."""
        return type(self).__module__.partition(".")[0]

    @abstractmethod
    def due(self, at: datetime) -> QuerySet[Any, tuple[int, int, int, datetime]]:
        """(person, key of the thing, revision, due at) that became due in the 48 hours ending `at`."""

    @abstractmethod
    def still_due(self, notice: Told, at: datetime) -> str | None:
        """None, or why it is no longer true or of use: a msgid marked for translation."""

    @abstractmethod
    def context(self, notices: Sequence[Told]) -> dict[str, Any]:
        """What the words need, whoever the reader is; several notices only where `together`.

        It serves all who are told the same within seconds; `person` is added for each.
        """

    def own_words(self, context: dict[str, Any], reader: Any) -> dict[str, Any]:
        """What is not the same for all who are told: asked for each, in the language of the reader."""
        return {}

    def calendar(self, context: dict[str, Any], at: datetime) -> tuple[str, str] | None:
        """The method and the text of the calendar the mail brings to who reads it, if any (RFC 5546)."""
        return None

    @abstractmethod
    def path(self, notice: Told) -> str:
        """The page of the portal the notice is about."""

    def way_out(self, notice: Told) -> str:
        """The page that ends mails of this kind at one click, signed in or not; "" where they are due."""
        return ""
