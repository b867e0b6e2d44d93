"""One order of messages for three thousand clients of three protocols."""

from __future__ import annotations

import re
import resource
import selectors
import socket
from dataclasses import dataclass, field
from itertools import groupby
from unittest import SkipTest

from tests.end_to_end.harness import ServerTestCase
from tests.end_to_end.waiting import TIMEOUT, eventually

OF_EACH_KIND = 1000
SENDERS = 5
MESSAGES = 20

UPGRADE = (
    b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
MARK = re.compile(rb"<(\d+)>")


def frame(text: str) -> bytes:
    """A client's WebSocket frame, masked with zeros."""
    payload = text.encode()
    assert len(payload) < 126
    return bytes((0x81, 0x80 | len(payload))) + bytes(4) + payload


@dataclass(eq=False)
class ManyClient:
    """A minimal client of one protocol.

    :ivar handshake: what it sends at once, and what it sends after the response.
    :ivar joined: bytes that it receives once it is in the room.
    """

    kind: str
    handshake: tuple[bytes, bytes]
    joined: bytes
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)

    def say(self, text: str) -> None:
        """Send a message."""
        if self.kind == "telnet":
            self.socket.sendall(f"{text}\n".encode())
        elif self.kind == "websocket":
            self.socket.sendall(frame(text))
        else:
            self.socket.sendall(frame(f'42["messages","{text}"]'))

    def marks(self) -> list[int]:
        """The numbers of the messages that it received, in order.

        A Socket.IO client that has used neither dialect receives each one twice.
        """
        found = (int(mark) for mark in MARK.findall(self.received))
        return [mark for mark, _ in groupby(found)]


KINDS = {
    "telnet": ((b"", b""), b"joined the chat\r\n"),
    "websocket": ((UPGRADE % b"/ws", b""), b"joined the chat"),
    "socketio": (
        (UPGRADE % b"/socket.io/?EIO=4&transport=websocket", frame("40")),
        b'40{"sid"',
    ),
}


class ManyClientsTests(ServerTestCase):
    """Clients of every protocol in one room."""

    def setUp(self) -> None:
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most < 4 * OF_EACH_KIND:
            raise SkipTest("needs more open files: ulimit -Hn 4096 or more")
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        self.selector = selectors.DefaultSelector()
        self.addCleanup(self.selector.close)
        self.members: list[ManyClient] = []

    def connect_client(self, port: int, kind: str) -> ManyClient:
        """Connect a client without waiting for it."""
        handshake, joined = KINDS[kind]
        member = ManyClient(
            kind, handshake, joined, socket.create_connection(("127.0.0.1", port))
        )
        self.addCleanup(member.socket.close)
        if handshake[0]:
            member.socket.sendall(handshake[0])
        member.socket.setblocking(False)
        self.selector.register(member.socket, selectors.EVENT_READ, member)
        self.members.append(member)
        return member

    def receive(self) -> None:
        """Read from every client that has data."""
        for key, _ in self.selector.select(0.05):
            member: ManyClient = key.data
            data = member.socket.recv(1 << 18)
            self.assertTrue(data, f"the server has closed a {member.kind} client")
            member.received += data
            request, then = member.handshake
            if then and b"\r\n\r\n" in member.received:
                member.handshake = (request, b"")
                member.socket.sendall(then)

    def test_all_clients_see_all_messages_in_one_order(self) -> None:
        """3,000 clients, 15 of which send."""
        port = "tcp:0:interface=127.0.0.1:backlog=1024"
        server = self.start("--flood", "off", "--port", port)
        waiting: list[ManyClient] = []

        def all_joined() -> bool:
            self.receive()
            waiting[:] = [m for m in waiting if m.joined not in m.received]
            return not waiting

        for number in range(OF_EACH_KIND):
            waiting += [self.connect_client(server.port, kind) for kind in KINDS]
            if number % 250 == 249:
                eventually("all clients have joined", all_joined, 4 * TIMEOUT)
        for member in self.members:
            member.received.clear()

        senders = [self.members[3 * n + n % 3] for n in range(3 * SENDERS)]
        total = MESSAGES * len(senders)
        for line in range(MESSAGES):
            for number, sender in enumerate(senders):
                sender.say(f"<{line * len(senders) + number}>")
            self.receive()

        def all_received() -> bool:
            self.receive()
            # Not the number of marks: some clients receive each message twice.
            return all(len(m.marks()) == total for m in self.members)

        eventually("all clients have received all messages", all_received, 4 * TIMEOUT)
        order = self.members[0].marks()
        self.assertEqual(sorted(order), list(range(total)))
        for member in self.members:
            self.assertEqual(member.marks(), order, member.kind)
        for number in range(len(senders)):
            own = [mark for mark in order if mark % len(senders) == number]
            self.assertEqual(own, sorted(own))
