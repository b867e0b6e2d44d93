"""Many clients that come and go, and what is left of them."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.logger import Logger
from twisted.python.failure import Failure

from tests.server.test_listeners import PortTestCase
from tests.support.memory import Wire, masked
from twisted_chat.net.late_requests import LateRequestGuard
from twisted_chat.net.reject import RejectForeign
from twisted_chat.server.settings import Settings
from twisted_chat.websocket.connection import WebSocketConnection

BOUNDED = (
    "twisted_chat.clients.irc.users",
    "twisted_chat.clients.socketio_recovery",
    "twisted_chat.core.events",
    "twisted_chat.core.joining.kept_state",
    "twisted_chat.core.moderation_events",
    "twisted_chat.testing",
)
"""What is kept of clients that are gone, and of what was said, has its own limits."""

CLOSE = masked(0x88, b"\x03\xe8")
"""A close frame."""


def objects_of_ours() -> Counter[str]:
    """How many objects there are of our classes and of those of twisted.web.

    Garbage that no collection has found yet is counted, too.
    """
    kinds = Counter(type(one) for one in gc.get_objects())
    return Counter(
        {
            f"{kind.__module__}.{kind.__qualname__}": count
            for kind, count in kinds.items()
            if str(kind.__module__).startswith(("twisted_chat.", "twisted.web."))
            and not str(kind.__module__).startswith(BOUNDED)
        }
    )


class ChurnCase(PortTestCase):
    """Each way to come and go is a function; some end with open connections.

    :cvar clients: how many come and go in all ways of a test together.
    """

    settings = Settings(host=("chat.example",), flood=None)

    clients = 1_000

    def setUp(self) -> None:
        super().setUp()
        # Events of the log name their source, and tests keep them.
        quiet = Logger(observer=lambda _: None)  # type: ignore[arg-type]
        for kind in (LateRequestGuard, RejectForeign, WebSocketConnection):
            self.patch(kind, "_log", quiet)

    def connect(self, first: bytes = b"", peer: str = "192.0.2.1") -> Wire:
        wire = super().connect(first, peer)
        self.wires.append(wire)
        return wire

    def come_and_go(self, *ways: Callable[[], object]) -> None:
        """Let many clients come and go in these ways; compare before and after."""
        # What is made once, such as caches, is made before.
        self.run_all(ways, 2)
        gc.collect()
        before, calls = objects_of_ours(), len(self.clock.getDelayedCalls())
        self.run_all(ways, self.clients // len(ways))
        gc.collect()
        self.assertEqual(objects_of_ours() - before, Counter())
        self.assertEqual(len(self.clock.getDelayedCalls()), calls)
        pool = self.room.pool
        self.assertEqual(list(pool.clients.values()), [self.alice.client])
        self.assertEqual((len(pool), list(pool.rooms)), (1, ["lobby"]))
        self.assertEqual((self.admission.total, self.admission.hosts), (0, 0))
        self.assertEqual(self.engineio.sessions, 0)

    def leave_no_cycles(self, *ways: Callable[[], object]) -> None:
        """Let clients come and go in these ways without a garbage collection."""
        self.run_all(ways, 2)
        gc.collect()
        before = objects_of_ours()
        self.addCleanup(gc.enable)
        gc.disable()
        self.run_all(ways, 3)
        self.assertEqual(objects_of_ours() - before, Counter())

    def run_all(self, ways: tuple[Callable[[], object], ...], times: int) -> None:
        for number in range(times):
            for way in ways:
                self.wires: list[Wire] = []
                way()
                # What is still open is closed by the client, cleanly or not.
                end = ConnectionLost() if number % 2 else ConnectionDone()
                for wire in self.wires:
                    if wire.connected:
                        wire.connectionLost(Failure(end))
                    # As transports of Twisted do.
                    wire.protocol = wire.producer = None
                self.settle()
            self.alice.sees()
        self.wires = []
        # Whatever a connection or a session may wait for is over then.
        for _ in range(60):
            self.clock.advance(5)
            self.room.advance(5)
            self.settle()
        self.alice.sees()

    def wait(self, seconds: int) -> None:
        """Let time pass; what the server aborts is lost."""
        for _ in range(seconds):
            self.clock.advance(1)
            self.room.advance(1)
            self.settle()
            for wire in self.wires:
                if wire.connected and (wire.aborted or wire.disconnecting):
                    wire.connectionLost(Failure(ConnectionDone()))
