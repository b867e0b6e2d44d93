"""Prompts: a client is asked for a password, and the next line that it types is that.

Only clients that type lines are asked; others give the password with the route.
Invariant: the line goes to whoever asked for it, and is neither a message nor a route,
whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from .client import Client
from .interfaces import HidesInput
from .outcomes import Outcome
from .replies import Refused, Request

Answer = Callable[[str], Outcome | Awaitable[Outcome]]
"""Called with what was typed; returns what the request results in."""


class Prompts:
    """What clients are asked at the moment."""

    def __init__(self) -> None:
        self._waiting: dict[Client, Answer] = {}

    def __bool__(self) -> bool:
        """Whether any client is asked something."""
        return bool(self._waiting)

    def __contains__(self, client: Client) -> bool:
        """Whether a client is asked something."""
        return client in self._waiting

    def add(self, client: Client, answer: Answer) -> None:
        """A client is asked for a password."""
        self._waiting[client] = answer
        _hide_input(client, hidden=True)

    def take(
        self, client: Client, request: Request
    ) -> Callable[[], Outcome | Awaitable[Outcome]] | None:
        """What to do with a request, if it is the line that was asked for."""
        answer = self._waiting.pop(client, None)
        if answer is None:
            return None
        _hide_input(client, hidden=False)
        line = request.line
        if not line and (request.route or request.refusal is not None):
            # It is the adapter's own, such as at the end of the input.
            return None
        typed = (line or request.text).strip()
        return partial(answer, typed) if typed else _nothing_given

    def drop(self, client: Client) -> None:
        """The client is gone."""
        self._waiting.pop(client, None)


def _nothing_given() -> Outcome:
    """An empty line cancels what asked for a password."""
    raise Refused("no_password", "no password given")


def _hide_input(client: Client, *, hidden: bool) -> None:
    connection = client.connection
    if isinstance(connection, HidesInput):
        connection.hide_input(hidden=hidden)
