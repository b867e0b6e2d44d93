"""How much one answer holds, on every wire."""

from __future__ import annotations

from collections.abc import Iterator

from twisted.trial.unittest import SynchronousTestCase

from tests.support import json_chat
from tests.support.json_chat import frame_objects, frame_texts
from tests.support.viewer import VIEWER
from twisted_chat.clients.answers import (
    AWAY,
    MAX_ACCOUNTS_BYTES,
    MAX_ANSWER,
    MAX_HISTORY_BYTES,
    MAX_NAMES,
    MAX_NAMES_BYTES,
    accounts_that_fit,
    away_that_fits,
    names_that_fit,
    newest_that_fit,
)
from twisted_chat.clients.json import JsonCodec
from twisted_chat.clients.socketio_codec import SocketIOCodec
from twisted_chat.clients.text import LineCodec
from twisted_chat.core.events import LOBBY, Message, Stored
from twisted_chat.core.limits import MAX_AWAY, MAX_TEXT, MAX_TEXT_LINES, MAX_TOPIC
from twisted_chat.core.replies import (
    HistoryPage,
    MemberList,
    Reply,
    RoomList,
    RoomSnapshot,
)
from twisted_chat.core.routes.table import standard_table
from twisted_chat.websocket.frames import frame_text

NICK = "\N{OLD ITALIC LETTER A}" * 32
LINE = "x" * (MAX_TEXT // MAX_TEXT_LINES - 1)
LONG = "\n".join([LINE] * MAX_TEXT_LINES)
LONG_NAMES = [chr(0x10300 + n % 32) * 31 + chr(0x10380 + n // 32) for n in range(900)]
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


class ListTests(SynchronousTestCase):
    """Lists of members: of names, and of who is away."""

    def test_as_many_names_are_shown_as_fit(self) -> None:
        """By number, and by their bytes."""
        short = [f"n{n}" for n in range(MAX_NAMES + 1)]
        self.assertEqual(names_that_fit(short), short[:MAX_NAMES])
        shown = names_that_fit(LONG_NAMES)
        self.assertEqual(shown, LONG_NAMES[: MAX_NAMES_BYTES // (128 + 3)])
        self.assertEqual(names_that_fit([]), [])

    def test_away_texts_are_shown_as_far_as_they_fit(self) -> None:
        """Everyone who is away is, also if there is no space for the text."""
        names = [f"nick-of-some-length-{n:09}" for n in range(MAX_NAMES)]
        shown = away_that_fits(names, dict.fromkeys(names, "x" * MAX_AWAY), len)
        self.assertEqual(list(shown), names)
        self.assertEqual(len(shown[names[0]]), MAX_AWAY)
        self.assertEqual(shown[names[-1]], AWAY)
        self.assertEqual(away_that_fits(names[1:], {names[0]: "x"}, len), {})

    def test_longest_lists_fit_into_an_answer(self) -> None:
        """With the longest history: 1,000 people with long names, all away."""
        away = dict.fromkeys(LONG_NAMES, '"' * MAX_AWAY)
        names = tuple(LONG_NAMES)
        rooms = tuple((name, 10_000) for name in LONG_NAMES * 2)
        for reply in (
            json_chat.welcome(
                list_members=lambda: names,
                away=away,
                history=history(LONG),
                routes=standard_table().listing(),
            ),
            RoomSnapshot(LOBBY, names * 5, '"' * MAX_TOPIC, history(LONG), away),
            MemberList(LOBBY, names, away),
            RoomList(rooms),
        ):
            for codec in (
                JsonCodec(),
                LineCodec(),
                SocketIOCodec(lambda packet: packet + b"\x1e", lambda: "9"),
            ):
                data = codec.reply(reply, VIEWER, None)
                self.assertLess(len(data), MAX_ANSWER, (type(reply), type(codec)))

    def test_socketio_client_is_sent_the_newest_members_that_fit(self) -> None:
        """And its own name, and how many there are besides."""
        names = ("viewer", *LONG_NAMES, *(f"n{n}" for n in range(6000)))
        codec = SocketIOCodec(lambda packet: packet + b"\x1e", lambda: "9")
        data = codec.reply(RoomSnapshot(LOBBY, names, "", ()), VIEWER, None)
        packets = data.decode().split("\x1e")
        added = [one for one in packets if one.startswith('2["add chatter"')]
        self.assertEqual(added[-1], '2["add chatter","viewer"]')
        self.assertEqual(added[-2], '2["add chatter","n5999"]')
        rest = f"and {len(names) - len(added)} more are here"
        self.assertIn(f'2["messages","{rest}"]', packets)
        self.assertLess(len(added), len(names))

    def test_rooms_are_listed_up_to_a_thousand(self) -> None:
        """And counted."""
        rooms = tuple((f"r{n}", 1) for n in range(MAX_NAMES + 7))
        line = LineCodec().reply(RoomList(rooms), VIEWER, None).decode()
        self.assertTrue(line.startswith("rooms (1007): r0 (1), "))
        self.assertTrue(line.endswith("r999 (1), and 7 more\r\n"))
        [found] = frame_objects(JsonCodec().reply(RoomList(rooms), VIEWER, None))
        self.assertEqual((len(found["rooms"]), found["count"]), (MAX_NAMES, 1007))


class ReplyTests(SynchronousTestCase):
    """No answer is longer than 256 KiB."""

    def check(self, data: bytes) -> None:
        self.assertLess(len(data), MAX_ANSWER)
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

    def test_accounts_are_cut_where_they_do_not_fit(self) -> None:
        """Guests have none."""
        names = [f"{number:0>32}" for number in range(1000)]
        accounts = {name: name for name in names[1:]}
        shown = accounts_that_fit(names, accounts)
        self.assertEqual(list(shown), names[1 : len(shown) + 1])
        size = sum(len(f'"{nick}":"{name}",') for nick, name in shown.items())
        self.assertLessEqual(size, MAX_ACCOUNTS_BYTES)
        self.assertGreater(size, MAX_ACCOUNTS_BYTES - 100)
        self.assertEqual(accounts_that_fit(names, {}), {})
