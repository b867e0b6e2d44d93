"""The recipients of identical bytes: each is sent all of them, once."""

from __future__ import annotations

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.announcers.recipients import Recipients

DATA = b"eve: hello\r\n"


class FakeRecipient:
    """Someone whose socket takes some bytes of each ``send``, or fails.

    :param room: how many bytes; or an exception; ``None`` if there is no ``send``.
    :ivar received: what was sent, then what was written.
    """

    def __init__(self, room: int | OSError | None) -> None:
        self._room = room
        self.received: list[bytes] = []
        self.write: Callable[[bytes], None] = self.received.append
        self.send: Callable[[bytes], int] | None = self._send
        if room is None:
            self.send = None

    def _send(self, data: bytes) -> int:
        if not isinstance(self._room, int):
            raise self._room or AssertionError
        self.received.append(data[: self._room])
        return len(self.received[-1])


class RecipientsTests(SynchronousTestCase):
    """What one recipient's socket does concerns no other recipient."""

    def received(self, *rooms: int | OSError | None) -> list[list[bytes]]:
        """What each of those receives whose sockets have this much room."""
        recipients = [FakeRecipient(room) for room in rooms]
        Recipients(recipients).write(DATA)
        return [each.received for each in recipients]

    def test_all_is_sent_to_each(self) -> None:
        """In one piece."""
        self.assertEqual(self.received(100, 100, 12), [[DATA]] * 3)

    def test_nobody_is_sent_anything(self) -> None:
        """A view may have no clients."""
        self.assertEqual(self.received(), [])

    def test_rest_is_written(self) -> None:
        """To the one that it belongs to, wherever that is among the others."""
        rest = [DATA[:5], DATA[5:]]
        for number in range(4):
            rooms = [100] * 4
            rooms[number] = 5
            expected = [[DATA]] * 4
            expected[number] = rest
            self.assertEqual(self.received(*rooms), expected)
        self.assertEqual(self.received(5, 5, 5), [rest] * 3)

    def test_all_is_written_where_nothing_is_sent(self) -> None:
        """The buffer is full, the connection is broken, or there is no ``send``."""
        self.assertEqual(self.received(100, 0, 100), [[DATA], [b"", DATA], [DATA]])
        for error in (BlockingIOError(), InterruptedError(), BrokenPipeError()):
            self.assertEqual(self.received(error, 100, error, error), [[DATA]] * 4)
        self.assertEqual(self.received(None, 100, None), [[DATA]] * 3)

    def test_recipients_are_counted(self) -> None:
        """However they are sent to."""
        self.assertEqual(len(Recipients([])), 0)
        self.assertEqual(len(Recipients([FakeRecipient(100), FakeRecipient(None)])), 2)
