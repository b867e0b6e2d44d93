"""The WebSocket server of docs/embedding.md."""

from __future__ import annotations

import random

from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from tests.end_to_end.embedding import ProgramTestCase


class EchoTests(ProgramTestCase):
    """The echo server, with Python's ``websockets`` as the client."""

    shown = "websocket_server"
    path = "/"

    def test_messages_of_every_size_are_echoed(self) -> None:
        """Text and binary, whole and fragmented."""
        rng = random.Random(7)
        with self.socket("") as client:
            for size in (0, 1, 125, 126, 65535, 65536, 500_000):
                text = "".join(rng.choices("abcü😀", k=size // 4))
                client.send(text)
                self.assertEqual(client.recv(10), text)
                data = rng.randbytes(size)
                client.send([data[: size // 2], data[size // 2 :]])
                self.assertEqual(client.recv(10), data)

    def test_pipelined_messages_are_echoed_in_order(self) -> None:
        """A thousand, before the first answer is read."""
        with self.socket("") as client:
            for number in range(1000):
                client.send(str(number))
            answers = [client.recv(10) for _ in range(1000)]
            self.assertEqual(answers, [str(number) for number in range(1000)])

    def test_ping_is_answered(self) -> None:
        """With a pong."""
        with self.socket("") as client:
            self.assertTrue(client.ping("still?").wait(10))

    def test_message_over_the_limit_closes_with_1009(self) -> None:
        """The limit is the program's own."""
        with self.socket("") as client:
            with self.assertRaises(ConnectionClosed) as caught:
                client.send(bytes(17 * 1024 * 1024))
                client.recv(10)
            closed = caught.exception.rcvd
            self.assertEqual(closed and closed.code, CloseCode.MESSAGE_TOO_BIG)
