"""What a search may cost, and the search of stores that have no index.

Such a search runs in the reactor's thread, so it is done in short portions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from twisted_chat.core.events import Action, Message, Stored
from twisted_chat.core.interfaces import SearchTimeout

from .tokenizer import matches

PORTION = 0.005
"""Seconds after which a search lets the reactor do other work."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """How searches share the reactor's thread.

    :ivar seconds: a monotonic clock.
    :ivar pause: lets the reactor do other work.
    """

    seconds: Callable[[], float]
    pause: Callable[[], Awaitable[object]]


class Scan:
    """One search, which looks at messages one by one.

    :param phrases: see ``tokenizer.phrases_in``.
    :param limit: hits that are wanted.
    :param seconds: how long it may take, without the pauses.
    :param sharing: ``None`` to search as long as it takes, without pauses.
    :ivar hits: the messages found.
    """

    def __init__(
        self,
        phrases: list[str],
        limit: int,
        seconds: float,
        sharing: Sharing | None,
    ) -> None:
        self._phrases = phrases
        self._limit = limit
        self._sharing = sharing
        self._left = seconds
        self.hits: list[Stored] = []

    @property
    def is_over(self) -> bool:
        """Whether there are enough hits, or there is no more time."""
        return len(self.hits) >= self._limit or self._left <= 0

    async def add(self, messages: Iterable[Stored]) -> None:
        """Search these messages, as far as there is time.

        :raises SearchTimeout: there is no more time.
        """
        start = self._now()
        for stored in messages:
            if self.is_over:
                break
            event = stored.event
            if isinstance(event, Message | Action) and matches(
                event.text, self._phrases
            ):
                self.hits.append(stored)
            used = self._now() - start
            if used >= PORTION:
                self._left -= used
                if self._sharing is not None and self._left > 0:
                    await self._sharing.pause()
                start = self._now()
        self._left -= self._now() - start
        if self._left <= 0 and len(self.hits) < self._limit:
            raise SearchTimeout(tuple(reversed(self.hits)))

    def _now(self) -> float:
        return 0.0 if self._sharing is None else self._sharing.seconds()
