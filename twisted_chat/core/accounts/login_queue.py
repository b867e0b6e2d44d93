"""Logins that wait for others, so that many at once do not delay messages.

A login costs more than any other event: in its room everyone is shown two lines, and
its client all who are there.  Messages behind a thousand of them would wait for all.

Invariants: at most ``MAX_AT_ONCE`` are on their way into the journal; the others follow
in order; a waiting login counts as pending for its client.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from twisted_chat.core.client import Client

MAX_AT_ONCE = 16
"""Logins that are stored and shown at once.

Measured with a thousand members in one room, to show so many takes six milliseconds,
most of it for one write to each member; 32 take ten.
"""


class LoginQueue:
    """The logins of all clients."""

    def __init__(self) -> None:
        self._at_once = 0
        self._waiting: deque[tuple[Client, Callable[[], None]]] = deque()

    def add(self, client: Client, submit: Callable[[], None]) -> None:
        """Have a login submitted, now or when others are shown or refused.

        :param submit: submits it on behalf of the client; it raises nothing.
        """
        client.begin_one()
        self._waiting.append((client, submit))
        self._submit_next()

    def _submit_next(self) -> None:
        while self._waiting and self._at_once < MAX_AT_ONCE:
            client, submit = self._waiting.popleft()
            self._at_once += 1
            # Nothing else of the client is on its way: it waits for its login.
            client.when_idle(self._settled)
            submit()
            client.complete_one()

    def _settled(self) -> None:
        """A login is shown or refused."""
        self._at_once -= 1
        self._submit_next()
