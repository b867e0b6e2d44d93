"""Clients that come and go leave no reference cycles.

A collection of all objects takes tens of milliseconds with ten thousand clients, and
until it is due, what they have left stays in memory.
"""

from __future__ import annotations

from tests.support.churn import CLOSE, ChurnCase
from tests.support.memory import handshake, text

JOIN = '42["join","bob"]'


class CycleTests(ChurnCase):
    """Each kind of client, however its connection ends."""

    def test_line_clients(self) -> None:
        def is_lost() -> None:
            self.connect(b"hello\r\n\\nick bob\r\n").send(b"half a li")

        def quits() -> None:
            self.connect(b"hello\r\n\\quit\r\n")

        self.leave_no_cycles(is_lost, quits)

    def test_websocket_clients(self) -> None:
        """With lines of text, and with JSON."""

        def is_lost() -> None:
            self.connect(handshake("/?nick=bob")).send(text("hello"))

        def closes() -> None:
            message = text('{"type":"message","text":"hello"}')
            self.connect(handshake("/?format=json")).send(message + CLOSE)

        self.leave_no_cycles(is_lost, closes)

    def test_socketio_clients(self) -> None:
        path = "/socket.io/?EIO=4&transport=websocket"

        def is_lost() -> None:
            self.connect(handshake(path)).send(text("40") + text(JOIN))

        def closes() -> None:
            self.connect(handshake(path)).send(text("40") + text(JOIN) + CLOSE)

        def leaves_the_namespace() -> None:
            wire = self.connect(handshake(path))
            wire.send(text("40") + text(JOIN))
            self.settle()
            wire.send(text("41"))

        self.leave_no_cycles(is_lost, closes, leaves_the_namespace)

    def test_irc_clients(self) -> None:
        begin = b"NICK bob\r\nUSER bob 0 * :Bob\r\n"

        def is_lost() -> None:
            self.connect(begin).send(b"JOIN #lobby\r\nPRIVMSG #lobby :hello\r\n")

        def quits() -> None:
            self.connect(begin).send(b"JOIN #lobby\r\nQUIT :bye\r\n")

        def goes_before_it_is_registered() -> None:
            self.connect(b"CAP LS 302\r\nNICK bob\r\n")

        self.leave_no_cycles(is_lost, quits, goes_before_it_is_registered)
