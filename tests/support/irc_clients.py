"""IRC clients on transports in memory, for tests."""

from __future__ import annotations

from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from tests.support.line_clients import Transport
from twisted_chat.clients.irc.protocol import IrcFactory, IrcProtocol
from twisted_chat.clients.irc.shared import IrcShared
from twisted_chat.core.accounts.accounts import Peer
from twisted_chat.core.accounts.operators import AREA
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.client import Client
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.names.nicknames import Name
from twisted_chat.net.timers import Keepalive
from twisted_chat.testing import TestChat

PASSWORD = "correct horse"

REGISTERED = (
    "is registered: choose another, or log in by SASL or"
    " /msg NickServ IDENTIFY NAME PASSWORD"
)
"""Why a nickname is refused that belongs to an account."""

PING_INTERVAL, PING_TIMEOUT = 30.0, 20.0


class IrcPeer:
    """An IRC client."""

    def __init__(self, world: IrcCase, *, bytewise: bool = False) -> None:
        self._world = world
        self._bytewise = bytewise
        self.transport = Transport()
        peer = self.transport.getPeer()
        self.protocol: IrcProtocol = world.factory.buildProtocol(peer)
        self.protocol.makeConnection(self.transport)

    @property
    def client(self) -> Client:
        """What the chat knows of it, once it is registered."""
        clients = self._world.room.chat.pool.clients.values()
        return next(each for each in clients if each.connection is self.protocol)

    @property
    def nick(self) -> str:
        return self.client.nick

    def sends(self, *lines: str) -> None:
        self.sends_bytes(b"".join(line.encode() + b"\r\n" for line in lines))

    def sends_bytes(self, data: bytes) -> None:
        size = 1 if self._bytewise else max(len(data), 1)
        for start in range(0, len(data), size):
            self.protocol.dataReceived(data[start : start + size])
        self._world.settle()

    def sees(self) -> list[str]:
        """The lines that it was sent since the last call, without the server's name."""
        data = self.transport.value().decode()
        self.transport.clear()
        assert not data or data.endswith("\r\n")
        server = f":{self._world.shared.server.name} "
        return [line.removeprefix(server) for line in data.split("\r\n")[:-1]]

    def asks(self, *lines: str) -> list[str]:
        """What it sees once it has sent these lines."""
        self.sees()
        self.sends(*lines)
        return self.sees()

    @property
    def is_closed(self) -> bool:
        return self.transport.disconnecting or self.transport.aborted

    def goes(self, reason: Exception | None = None) -> None:
        self.protocol.connectionLost(Failure(reason or ConnectionDone()))
        self._world.settle()


class IrcCase(SynchronousTestCase):
    """A chat in memory with the line client eve in the lobby."""

    rate_limit: RateLimit | None = None
    motd: tuple[str, ...] = ()

    def setUp(self) -> None:
        self.room = TestChat(motd=self.motd)
        self.clock = Clock()
        self.shared = IrcShared(self.room.chat, self.rate_limit)
        self.keepalive = Keepalive(self.clock, PING_INTERVAL, PING_TIMEOUT)
        self.factory = IrcFactory(self.shared, self.clock, self.keepalive)
        (self.eve,) = self.room.people("eve")

    def settle(self) -> None:
        self.clock.advance(0)
        self.room.settle()

    def peer(self, *, bytewise: bool = False) -> IrcPeer:
        """A client that has sent nothing yet."""
        return IrcPeer(self, bytewise=bytewise)

    def irc(
        self, nick: str, *rooms: str, capabilities: str = "", bytewise: bool = False
    ) -> IrcPeer:
        """A client in some rooms, which has read what it was shown."""
        peer = self.peer(bytewise=bytewise)
        if capabilities:
            peer.sends("CAP LS 302", f"CAP REQ :{capabilities}")
        peer.sends(f"NICK {nick}", f"USER {nick} 0 * :The real {nick}")
        if capabilities:
            peer.sends("CAP END")
        for room in rooms:
            peer.sends(f"JOIN #{room}")
        peer.sees()
        self.eve.sees()
        return peer

    def account(
        self, name: str, password: str = PASSWORD, *, operator: bool = False
    ) -> Account:
        """Register an account."""
        chat, found = self.room.chat, list[Account]()

        async def register() -> None:
            here = Peer("here")
            found.append(await chat.accounts.register(Name.of(name), password, here))

        chat.runtime.spawn(register())
        (account,) = found
        if operator:
            chat.operators.apply({AREA + account.id: ""})
        return account

    def source(self, peer: IrcPeer) -> str:
        """The source of what a client does."""
        return ":" + self.shared.server.source(peer.client.member)
