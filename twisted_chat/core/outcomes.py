"""Outcomes of requests: each request ends in an event, a reply or an error.

The outcome of a route may be awaited, and a costly route is called in turn.  What the
client asks for next waits for either.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .client import Client
from .events import Event
from .interfaces import StoreError
from .moderation_events import Audited
from .replies import Done, ErrorReply, Refused, Reply, Request
from .runtime import Runtime
from .turns import Turn, TurnOver, Turns


@dataclass(frozen=True, slots=True)
class Answered:
    """An event, and what belongs to it.

    :ivar reply: what its client is replied once it is announced: called with its
        position, once it is applied.  Without it, the reply is ``Done``.
    :ivar audited: its line in the audit log, which is stored with it or not at all.
    """

    event: Event
    reply: Callable[[str], Reply] | None = None
    audited: Audited | None = None


Outcome = Event | Answered | Reply | None
"""What a request results in: an event for everyone, a reply, or nothing."""


Submit = Callable[[Answered, Client, str | None], None]
"""Has an event stored and announced on behalf of a client.

It is also given the ``ref``, if there is one."""

Send = Callable[[Client, Reply, str | None], None]
"""Sends a reply to one client, likewise."""


class Outcomes:
    """Passes on what requests result in.

    :param turns: what costly routes wait for.
    """

    def __init__(
        self, turns: Turns, runtime: Runtime, submit: Submit, reply: Send
    ) -> None:
        self._turns = turns
        self._runtime = runtime
        self._submit = submit
        self._reply = reply

    def take(
        self, client: Client, request: Request, outcome: Outcome | Awaitable[Outcome]
    ) -> None:
        """Pass an outcome on, now or when it is known."""
        if isinstance(outcome, Awaitable):
            client.begin_one()
            self._runtime.spawn(self._await(client, request, outcome))
        else:
            self._finish(client, request, outcome)

    def take_in_turn(
        self,
        client: Client,
        request: Request,
        call: Callable[[Turn], Outcome | Awaitable[Outcome]],
    ) -> None:
        """Call a costly route when it is the client's turn, and pass its outcome on.

        :param call: may raise ``TurnOver``, and is called again in the next turn then.
        """

        async def work(turn: Turn) -> None:
            try:
                outcome = call(turn)
                if isinstance(outcome, Awaitable):
                    outcome = await outcome
                self._finish(client, request, outcome)
            except TurnOver:
                raise
            except Exception as error:  # noqa: BLE001 - it is replied or logged
                self.fail(client, request, error)
            client.complete_one()

        def drop(reason: str) -> None:
            self.fail(client, request, StoreError(reason))
            client.complete_one()

        client.begin_one()
        self._turns.add(client, work, drop)

    def fail(self, client: Client, request: Request, error: Exception) -> None:
        """Say why a request failed; log what is not a refusal."""
        match error:
            case Refused():
                reply = ErrorReply.of(error)
            case StoreError():
                reply = ErrorReply("store", str(error))
            case _:
                self._runtime.log_failure(error)
                reply = ErrorReply("internal", "internal error (see the server log)")
        self._reply(client, reply, request.ref)

    async def _await(
        self, client: Client, request: Request, outcome: Awaitable[Outcome]
    ) -> None:
        try:
            self._finish(client, request, await outcome)
        except Exception as error:  # noqa: BLE001 - it is replied or logged
            self.fail(client, request, error)
        finally:
            client.complete_one()

    def _finish(self, client: Client, request: Request, outcome: Outcome) -> None:
        if isinstance(outcome, Event):
            self._submit(Answered(outcome), client, request.ref)
        elif isinstance(outcome, Answered):
            self._submit(outcome, client, request.ref)
        elif outcome is not None:
            self._reply(client, outcome, request.ref)
        elif request.ref is not None:
            self._reply(client, Done(), request.ref)
