"""The WebSocket program that the documentation shows, as it stands there."""

from __future__ import annotations

import random

from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from tests.end_to_end.embedding import ProgramTestCase


class EchoTests(ProgramTestCase):
    """Whoever copies it has an echo server that any client can use."""

    shown = "websocket_server"
    path = "/"

    def test_messages_of_every_size(self) -> None:
        """Short and long, text and bytes, whole and in parts."""
        chance = random.Random(7)
        with self.socket("") as client:
            for size in (0, 1, 125, 126, 65535, 65536, 500_000):
                text = "".join(chance.choices("abcü😀", k=size // 4))
                client.send(text)
                self.assertEqual(client.recv(10), text)
                data = chance.randbytes(size)
                client.send([data[: size // 2], data[size // 2 :]])
                self.assertEqual(client.recv(10), data)

    def test_many_at_once(self) -> None:
        """A thousand messages before the first answer is read, in order."""
        with self.socket("") as client:
            for number in range(1000):
                client.send(str(number))
            answers = [client.recv(10) for _ in range(1000)]
            self.assertEqual(answers, [str(number) for number in range(1000)])

    def test_pings(self) -> None:
        """A client that asks whether we are there is told so."""
        with self.socket("") as client:
            self.assertTrue(client.ping("still?").wait(10))

    def test_too_big(self) -> None:
        """The limit is the program's own."""
        with self.socket("") as client:
            with self.assertRaises(ConnectionClosed) as caught:
                client.send(bytes(17 * 1024 * 1024))
                client.recv(10)
            closed = caught.exception.rcvd
            self.assertEqual(closed and closed.code, CloseCode.MESSAGE_TOO_BIG)
