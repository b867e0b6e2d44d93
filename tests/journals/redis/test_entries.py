"""Tests of twisted_chat.journals.redis.entries."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import EVERY_EVENT, entry
from twisted_chat.core.events import (
    AwaySet,
    CustomEvent,
    DirectMessage,
    Entry,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Renamed,
    Switched,
    TopicSet,
)
from twisted_chat.core.moderation_events import RoomClosed
from twisted_chat.journals.redis.entries import (
    decode,
    decode_batch,
    decode_indexed,
    encode,
    script_arguments,
    sending_client,
    to_bytes,
    to_text,
)


class EntriesTests(SynchronousTestCase):
    """Events are decoded as they were encoded."""

    def test_every_kind_of_event_is_decoded_as_encoded(self) -> None:
        """No field is lost."""
        for event in EVERY_EVENT:
            one = entry(event)
            self.assertEqual(decode(json.loads(encode(one))), (one.key, event))

    @given(st.text(), st.text())
    def test_every_text_is_decoded_as_encoded(self, text: str, nick: str) -> None:
        """Whatever characters it has."""
        said = Message("lobby", nick, text, "id")
        data = to_bytes(to_text(encode(Entry("k", said))))
        self.assertEqual(decode(json.loads(to_text(data))), ("k", said))

    def test_lone_surrogate_is_decoded_as_encoded(self) -> None:
        """It is not valid Unicode, and must not fail."""
        said = Message("lobby", "x", "\ud83d", "id")
        stored = decode_indexed(b"5-1", encode(Entry("k", said)))
        assert stored is not None
        self.assertEqual(stored.event, said)

    def test_unknown_kinds_and_fields_are_skipped(self) -> None:
        """They come from a later version that runs side by side."""
        said = json.loads(encode(entry(Message("lobby", "a", "hi", "id"))))
        self.assertEqual(decode([*said, "more"]), decode(said))
        self.assertIsNone(decode(["Sang", "k", "lobby"]))
        self.assertIsNone(decode(["Said", "k", "lobby"]))
        self.assertIsNone(decode([]))
        self.assertIsNone(decode_indexed(b"5-1", b'["Sang","k"]'))

    def test_every_event_of_a_batch_has_its_number(self) -> None:
        """Unknown events count, too."""
        parts = [encode(entry(event)) for event in EVERY_EVENT[:2]]
        data = b"[" + b",".join([parts[0], b'["Sang","k"]', parts[1]]) + b"]"
        before, batch = decode_batch(b"1700000000123-10", data)
        self.assertEqual(before.number, 7)
        self.assertEqual(
            [one.position for one in batch],
            ["1700000000123-000000000000008", "1700000000123-000000000000010"],
        )
        self.assertEqual(batch[0].time, 1_700_000_000_123)
        self.assertEqual([one.event for one in batch], list(EVERY_EVENT[:2]))

    def test_every_kind_of_event_has_an_operation(self) -> None:
        """Except those that only become part of the stream."""
        operations = [script_arguments(entry(event))[0] or "-" for event in EVERY_EVENT]
        self.assertEqual(
            operations,
            [
                *("room", "room", "room", "-", "-", "-", "direct", "join", "leave"),
                *(
                    "rename",
                    "topic",
                    "away",
                    "login",
                    "switch",
                    "-",
                    "-",
                    "-",
                    "logout",
                ),
                *("delete", "edit"),
                *("remove", "-", "-", "-", "-", "-", "-"),  # kicked, muted, ...
                *("remove", "show", "show", "-", "-", "show", "show", "-"),  # banned
                *("-", "-"),  # audited, cleared
                "quit",
            ],
        )

    def test_clients_that_send_have_to_be_on_the_server(self) -> None:
        """Those on whose behalf a server acts need not."""
        sent = {
            type(event).__name__
            for event in EVERY_EVENT
            if sending_client(event) == event.client_id != ""
        }
        self.assertLessEqual(
            {"Message", "Action", "DirectMessage", "TopicSet", "Renamed", "Quit"}, sent
        )
        self.assertTrue(
            sent.isdisjoint(
                {"RoomOpened", "RoomChanged", "SanctionExtended", "Expelled"}
            )
        )

    def test_arguments_of_operations(self) -> None:
        """Each operation has a subject, and what else it needs."""
        for event, arguments in (
            (Message("tea", "al", "hi", "a"), ("room", "tea", "", "")),
            (TopicSet("tea", "al", "hi", "a"), ("topic", "tea", "hi", "al")),
            (DirectMessage("al", "bo", "hi", "a", "b"), ("direct", "a", "b", "")),
            (Joined("tea", "al", "a"), ("join", "a", "tea", "al")),
            (
                Joined("tea", "al", "a", "@1", "alice"),
                ("join", "a", "tea", "al @1 alice"),
            ),
            (
                LoggedIn("g", "al", "a", "@1", "alice"),
                ("login", "a", "@1", "al alice =g ~g"),
            ),
            (LoggedOut("al", "g", "a"), ("logout", "a", "g", "=al ~al")),
            (Left("tea", "al", "a"), ("leave", "a", "tea", "")),
            (Switched("tea", "al", "a"), ("switch", "a", "tea", "")),
            (Quit("al", "a"), ("quit", "a", "", "=al ~al")),
            (Renamed("Ian", "ian", "a"), ("rename", "a", "ian", "~lan")),
            (Renamed("al", "bo", "a"), ("rename", "a", "bo", "=al ~al")),
            (AwaySet("al", "lunch", "a"), ("away", "a", "lunch", "")),
            (CustomEvent("tea", "al", "1", "a"), ("", "", "", "")),
            (RoomClosed("tea", "", "", "k", "5-1"), ("close", "tea", "", "")),
            (RoomClosed("tea", "", "", "k", ""), ("", "", "", "")),
        ):
            self.assertEqual(script_arguments(entry(event)), arguments)

    def test_departure_that_ends_the_session_says_so(self) -> None:
        """The script forgets the nickname then."""
        ends = entry(Quit("al", "a"), resumable=False)
        self.assertEqual(script_arguments(ends), ("quit", "a", "ends", "=al ~al"))

    def test_invalid_nickname_releases_no_names(self) -> None:
        """It cannot own any."""
        self.assertEqual(
            script_arguments(entry(Quit("a b", "a"))), ("quit", "a", "", "")
        )
