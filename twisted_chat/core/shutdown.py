"""The shutdown: everything is stored, then all clients are told and disconnected."""

from __future__ import annotations

from collections.abc import Callable

from .client import Client, ClientState
from .interfaces import SHUTTING_DOWN
from .parts import Parts
from .replies import Notice, Reply
from .turns import Turns


class Shutdown:
    """Ends a chat.

    :param parts: those of the chat.
    :param turns: nobody has one any more.
    :param reply: sends a reply to one client.
    :ivar began: nobody joins any more.
    """

    def __init__(
        self, parts: Parts, turns: Turns, reply: Callable[[Client, Reply], None]
    ) -> None:
        self._pool = parts.pool
        self._committer = parts.committer
        self._joiner = parts.joiner
        self._announcer = parts.announcer
        self._upkeep = parts.upkeep
        self._turns = turns
        self._reply = reply
        self.began = False

    def begin(self, stopped: Callable[[], None]) -> None:
        """Take all queued requests, store everything, disconnect all clients.

        :param stopped: called then.
        """
        self.began = True
        self._upkeep.stop()
        self._turns.close("the server is shutting down")
        for client in list(self._pool.clients.values()):
            if client.inbox is not None:
                client.inbox.drain()
        self._committer.when_idle(lambda: self._disconnect_all(stopped))

    def disconnect(self, client: Client) -> None:
        """Tell a client why, and disconnect it."""
        self._reply(client, Notice(("The server is shutting down.",)))
        client.connection.close(SHUTTING_DOWN)

    def _disconnect_all(self, stopped: Callable[[], None]) -> None:
        """Disconnect all clients; nobody is shown that the others leave."""
        self._announcer.silent = True
        present = list(self._pool.clients.values())
        for client in present:
            if client.state is not ClientState.GONE:
                may_resume = client.may_resume
                client.move_to(ClientState.GONE)
                self._joiner.submit_departure(client, may_resume=may_resume)
        for client in dict.fromkeys(present + self._joiner.joining.clients()):
            self.disconnect(client)
        self._committer.when_idle(stopped)
