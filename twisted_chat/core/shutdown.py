"""The shutdown: everything is stored, then all clients are told and disconnected."""

from __future__ import annotations

from collections.abc import Callable

from .announcer import Announcer
from .client import Client, ClientState
from .committer import Committer
from .interfaces import SHUTTING_DOWN
from .joining import Joiner
from .pool import ClientPool
from .replies import Notice, Reply
from .turns import Turns
from .upkeep import Upkeep


class Shutdown:
    """Ends a chat.

    :param reply: sends a reply to one client.
    :ivar began: nobody joins any more.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        committer: Committer,
        joiner: Joiner,
        announcer: Announcer,
        upkeep: Upkeep,
        turns: Turns,
        reply: Callable[[Client, Reply], None],
    ) -> None:
        self._pool = pool
        self._committer = committer
        self._joiner = joiner
        self._announcer = announcer
        self._upkeep = upkeep
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
