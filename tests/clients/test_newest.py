"""The last messages of a history that fit into one reply, on every wire."""

from __future__ import annotations

from collections.abc import Iterator

from twisted.trial.unittest import SynchronousTestCase

from tests.support import json_chat
from tests.support.json_chat import frame_objects, frame_texts
from tests.support.viewer import VIEWER
from twisted_chat.clients.json import JsonCodec
from twisted_chat.clients.newest import MAX_HISTORY_BYTES, newest_that_fit
from twisted_chat.clients.socketio_codec import SocketIOCodec
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.events import LOBBY, Message, Stored
from twisted_chat.core.limits import MAX_TEXT, MAX_TEXT_LINES
from twisted_chat.core.replies import HistoryPage, Reply, RoomSnapshot
from twisted_chat.websocket.frames import frame_text

NICK = "\N{OLD ITALIC LETTER A}" * 32
LINE = "x" * (MAX_TEXT // MAX_TEXT_LINES - 1)
LONG = "\n".join([LINE] * MAX_TEXT_LINES)
SHORT_LINES = "\n".join("x" * MAX_TEXT_LINES)


def history(text: str, count: int = 500, nick: str = NICK) -> tuple[Stored, ...]:
    message = Message(LOBBY, nick, text, "A")
    return tuple(Stored(str(n), 0, message) for n in range(count))


class NewestThatFitTests(SynchronousTestCase):
    """The function itself."""

    def test_newest_are_kept_oldest_first(self) -> None:
        """As many as the limit allows, to the byte."""
        half = MAX_HISTORY_BYTES // 2
        self.assertEqual(newest_that_fit([half, half, 1], int), [half, half])
        self.assertEqual(newest_that_fit([1, half, half], int), [half, 1])
        self.assertEqual(newest_that_fit([3, 2, 1], int), [1, 2, 3])
        self.assertEqual(newest_that_fit([], int), [])

    def test_no_more_are_made_than_needed(self) -> None:
        """A history may have 500 messages of 16 KiB."""

        def messages() -> Iterator[int]:
            yield 1
            yield MAX_HISTORY_BYTES
            self.fail("one too many")

        self.assertEqual(newest_that_fit(messages(), int), [1])


class ReplyTests(SynchronousTestCase):
    """No reply with messages is longer than 256 KiB and a little."""

    def check(self, data: bytes) -> None:
        self.assertLess(len(data), MAX_HISTORY_BYTES + 2000)
        self.assertGreater(len(data), MAX_HISTORY_BYTES * 0.8)

    def test_what_line_clients_are_sent_is_bounded(self) -> None:
        """The name before each line counts, and so does the room."""
        for text in (LONG, SHORT_LINES):
            messages = history(text)
            replies: tuple[Reply, ...] = (
                HistoryPage(LOBBY, messages),
                HistoryPage(LOBBY, messages, words="x"),
                RoomSnapshot("t" * 32, (), "", messages),
                json_chat.welcome(history=messages),
                json_chat.welcome(history=messages, topic="tea"),
            )
            for codec in (LineCodec(), LineCodec(frame_text)):
                for reply in replies:
                    self.check(codec.reply(reply, VIEWER, None))

    def test_search_counts_what_it_shows(self) -> None:
        """As it does if there are more matches than asked for."""
        page = HistoryPage(LOBBY, history(LONG), words="x")
        first, *lines = LineCodec().reply(page, VIEWER, None).decode().splitlines()
        self.assertEqual(first, f"found (last {len(lines) // MAX_TEXT_LINES}): x")

    def test_what_json_clients_are_sent_is_bounded(self) -> None:
        """They are told that there are more."""
        messages = history(LONG)
        for reply in (
            HistoryPage(LOBBY, messages),
            RoomSnapshot("tea", (), "", messages),
            json_chat.welcome(history=messages),
        ):
            data = JsonCodec().reply(reply, VIEWER, None)
            self.check(data)
            *_, last = frame_objects(data)
            shown = last.get("messages") or last["history"]
            self.assertEqual(shown[-1]["id"], "499")
            self.assertTrue(last.get("more", True))

    def test_what_socketio_clients_are_sent_is_bounded(self) -> None:
        """When they join."""
        codec = SocketIOCodec(lambda packet: packet + b"\x1e", lambda: "9")
        data = codec.reply(RoomSnapshot(LOBBY, (), "", history(LONG)), VIEWER, None)
        self.check(data)

    def test_ten_longest_messages_are_shown_whole(self) -> None:
        """The default of ``--history``."""
        messages = history(LONG, 10, "alice")
        welcome = json_chat.welcome(history=messages)
        [found] = frame_objects(JsonCodec().reply(welcome, VIEWER, None))
        self.assertEqual(len(found["history"]), 10)
        codec = LineCodec(frame_text)
        frames = frame_texts(codec.reply(welcome, VIEWER, None))
        lines = [frame for frame in frames if frame.endswith(LINE)]
        self.assertEqual(len(lines), 10 * MAX_TEXT_LINES)
