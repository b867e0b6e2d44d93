"""Tests of twisted_chat.journals.records."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from twisted.trial.unittest import SynchronousTestCase

from tests.support.journals import EVERY_EVENT
from twisted_chat.core.events import (
    DirectMessage,
    Entry,
    Event,
    Joined,
    LoggedIn,
    LoggedOut,
    Message,
    Renamed,
    TopicSet,
)
from twisted_chat.journals.records import (
    BY_EVENT,
    RECORDS,
    Index,
    index_keys,
    nicknames_in,
    records_of,
)

STORED_FORMS = {
    (1, "Said"),
    (2, "Acted"),
    (3, "TopicSet"),
    (4, "Whispered"),
    (5, "Joined"),
    (6, "Left"),
    (7, "Gone"),
    (8, "Renamed"),
    (9, "AwaySet"),
    (10, "Signalled"),
    (11, "Switched"),
    (12, "LoggedIn"),
    (13, "LoggedOut"),
}
"""What is in the databases of released versions."""


class RecordsTests(SynchronousTestCase):
    """The table of stored events."""

    def test_every_kind_of_event_has_one_record(self) -> None:
        """No event is announced that cannot be stored."""
        self.assertEqual(set(BY_EVENT), set(get_args(Event)))
        self.assertEqual({type(event) for event in EVERY_EVENT}, set(BY_EVENT))
        self.assertEqual(len(RECORDS), len(BY_EVENT))

    def test_numbers_and_names_never_change(self) -> None:
        """Databases that were written by earlier versions stay readable."""
        stored = {(record.kind, record.name) for record in RECORDS}
        self.assertLessEqual(STORED_FORMS, stored)
        self.assertEqual(len({kind for kind, _ in stored}), len(RECORDS))
        self.assertEqual(len({name for _, name in stored}), len(RECORDS))

    def test_every_field_has_a_column_or_none(self) -> None:
        """No field is forgotten, and no column keeps two fields."""
        for record in RECORDS:
            self.assertEqual(len(record.columns), len(fields(record.event)))
            columns = [column for column in record.columns if column]
            self.assertEqual(len(columns), len(set(columns)))

    def test_every_name_of_a_field_is_one(self) -> None:
        """Subjects and the arguments of the Redis scripts exist."""
        for record in RECORDS:
            names = {field.name for field in fields(record.event)}
            self.assertLessEqual({*record.subjects, *record.presence[1:]}, names)

    def test_nicknames_of_clients_that_may_resume_are_found(self) -> None:
        """The last one of each; nobody asks for those of other clients."""
        batch = [
            Entry("1", Joined("lobby", "ann", "a")),
            Entry("2", Renamed("ann", "anna", "a")),
            Entry("3", Joined("lobby", "guest_1", "b"), resumable=False),
            Entry("4", LoggedIn("guest_2", "bob", "c", "@c", "bob")),
            Entry("5", LoggedIn("guest_3", "bob", "d", "@c", "bob")),
            Entry("6", LoggedOut("bob", "guest_4", "d")),
        ]
        self.assertEqual(nicknames_in(batch), {"a": "anna", "c": "bob", "d": "guest_4"})

    def test_messages_are_found_by_room(self) -> None:
        """The history of a room is made of messages and actions."""
        message = Message("tea", "alice", "hi", "a")
        self.assertEqual(index_keys(message), ((Index.ROOM, "tea"),))
        self.assertEqual([r.kind for r in records_of(Index.ROOM)], [1, 2])

    def test_topics_are_found_by_room(self) -> None:
        """Apart from the messages."""
        topic = TopicSet("tea", "alice", "hi", "a")
        self.assertEqual(index_keys(topic), ((Index.TOPIC, "tea"),))

    def test_direct_messages_are_found_by_both_clients(self) -> None:
        """Once, where a client sends itself one."""
        message = DirectMessage("alice", "bob", "hi", "a", "b")
        self.assertEqual(
            index_keys(message), ((Index.DIRECT, "a"), (Index.DIRECT, "b"))
        )
        message = DirectMessage("alice", "alice", "hi", "a", "a")
        self.assertEqual(index_keys(message), ((Index.DIRECT, "a"),))

    def test_direct_messages_of_accounts_are_found_by_member(self) -> None:
        """Whichever of its clients has sent them."""
        message = DirectMessage("al", "bo", "hi", "a", "@b", "alice", sender_id="@a")
        self.assertEqual(
            index_keys(message), ((Index.DIRECT, "@a"), (Index.DIRECT, "@b"))
        )

    def test_presence_is_in_no_index(self) -> None:
        """Arrivals and departures are kept apart, see ``room_events``."""
        for event in EVERY_EVENT:
            record = BY_EVENT[type(event)]
            self.assertFalse(record.index and record.presence, record.name)
            if record.presence:
                self.assertEqual(index_keys(event), ())
