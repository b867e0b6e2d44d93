"""Three thousand in one room, by three protocols, and one order for all."""

from __future__ import annotations

import re
import resource
import selectors
import socket
from dataclasses import dataclass, field
from itertools import groupby
from unittest import SkipTest

from tests.end_to_end.harness import ServerTestCase
from tests.end_to_end.waiting import PATIENCE, eventually

OF_EACH_KIND = 1000
SPEAKERS = 5
LINES = 20

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
class NamespaceSocket:
    """One client, as little as it takes: what it heard, and how it speaks.

    :ivar first: what it sends at once, and what is sent once that was answered.
    :ivar inside: bytes that say that it is in the room.
    """

    kind: str
    first: tuple[bytes, bytes]
    inside: bytes
    socket: socket.socket
    heard: bytearray = field(default_factory=bytearray)

    def say(self, text: str) -> None:
        """Say a line; after the marks no more of what it heard matters."""
        if self.kind == "telnet":
            self.socket.sendall(f"{text}\n".encode())
        elif self.kind == "websocket":
            self.socket.sendall(frame(text))
        else:
            self.socket.sendall(frame(f'42["messages","{text}"]'))

    def marks(self) -> list[int]:
        """What was said, in its order.

        Socket.IO shows each line in both dialects to who has used neither.
        """
        found = (int(mark) for mark in MARK.findall(self.heard))
        return [mark for mark, _ in groupby(found)]


KINDS = {
    "telnet": ((b"", b""), b"joined the chat\r\n"),
    "websocket": ((UPGRADE % b"/ws", b""), b"joined the chat"),
    "socketio": (
        (UPGRADE % b"/socket.io/?EIO=4&transport=websocket", frame("40")),
        b'40{"sid"',
    ),
}


class CrowdTests(ServerTestCase):
    """Everyone who is in one room, whatever their client speaks."""

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
        self.members: list[NamespaceSocket] = []

    def enter(self, port: int, kind: str) -> NamespaceSocket:
        """One more comes in; it is not waited for."""
        first, inside = KINDS[kind]
        member = NamespaceSocket(
            kind, first, inside, socket.create_connection(("127.0.0.1", port))
        )
        self.addCleanup(member.socket.close)
        if first[0]:
            member.socket.sendall(first[0])
        member.socket.setblocking(False)
        self.selector.register(member.socket, selectors.EVENT_READ, member)
        self.members.append(member)
        return member

    def listen(self) -> None:
        """Read what there is for anyone."""
        for key, _ in self.selector.select(0.05):
            member: NamespaceSocket = key.data
            data = member.socket.recv(1 << 18)
            self.assertTrue(data, f"the server has closed a {member.kind} client")
            member.heard += data
            greeting, then = member.first
            if then and b"\r\n\r\n" in member.heard:
                member.first = (greeting, b"")
                member.socket.sendall(then)

    def test_one_order(self) -> None:
        """All of the three thousand see all that is said, in the same order."""
        port = "tcp:0:interface=127.0.0.1:backlog=1024"
        server = self.start("--flood", "off", "--port", port)
        waiting: list[NamespaceSocket] = []

        def all_in() -> bool:
            self.listen()
            waiting[:] = [m for m in waiting if m.inside not in m.heard]
            return not waiting

        for number in range(OF_EACH_KIND):
            waiting += [self.enter(server.port, kind) for kind in KINDS]
            if number % 250 == 249:
                eventually("they are in", all_in, 4 * PATIENCE)
        for member in self.members:
            member.heard.clear()

        speakers = [self.members[3 * n + n % 3] for n in range(3 * SPEAKERS)]
        total = LINES * len(speakers)
        for line in range(LINES):
            for number, speaker in enumerate(speakers):
                speaker.say(f"<{line * len(speakers) + number}>")
            self.listen()

        def all_heard() -> bool:
            self.listen()
            last = (m for m in self.members if len(MARK.findall(m.heard)) < total)
            return next(last, None) is None

        eventually("everyone has heard everything", all_heard, 4 * PATIENCE)
        order = self.members[0].marks()
        self.assertEqual(sorted(order), list(range(total)))
        for member in self.members:
            self.assertEqual(member.marks(), order, member.kind)
        for number in range(len(speakers)):
            own = [mark for mark in order if mark % len(speakers) == number]
            self.assertEqual(own, sorted(own))
