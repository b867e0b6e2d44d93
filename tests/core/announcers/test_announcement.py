"""What is done for one batch besides applying it."""

from __future__ import annotations

from tests.support.codecs import NoEchoCodec, wire_with
from tests.support.members import MembersCase
from twisted_chat.core.announcers.announcement import Announcement
from twisted_chat.core.events import Message, Stored
from twisted_chat.core.ignoring.ignore_list import IgnoreList
from twisted_chat.core.replies import Notice


class AnnouncementTests(MembersCase):
    """Nothing is written before the whole batch is."""

    def setUp(self) -> None:
        super().setUp()
        self.batch = Announcement(self.chat.pool, self.chat.runtime)

    def written(self) -> list[list[str]]:
        self.batch.fanout.write()
        return self.seen()

    def said(self, text: str) -> Stored:
        message = Message("lobby", "bob", text, self.laptop.client.id, account="bob")
        return Stored("9", 0, message)

    def test_reply_has_its_place_between_events(self) -> None:
        """Nobody else is sent it."""
        self.batch.show(self.said("one"), ("lobby",))
        self.batch.reply(self.phone.client, Notice(("a reply",)))
        self.batch.show(self.said("two"), ("lobby",))
        lines = ["bob: one", "bob: two"]
        with_reply = ["bob: one", "a reply", "bob: two"]
        self.assertEqual(self.written(), [lines, lines, with_reply])

    def test_event_is_hidden_from_its_author_if_the_codec_hides_it(self) -> None:
        """Or from those that are named as its cause."""
        quiet = self.device(wire_with(NoEchoCodec()))
        self.discard()
        quiet.sees()
        self.batch.show(self.said("one"), ("lobby",))
        self.batch.show(self.said("two"), ("lobby",), [quiet.client])
        self.assertEqual(self.written(), [["bob: one", "bob: two"]] * 3)
        self.assertEqual(quiet.sees(), ["bob: one"])

    def test_viewers_are_the_welcomed_clients_of_a_member(self) -> None:
        """On this server."""
        bob = self.laptop.client.member
        self.assertEqual(
            self.batch.viewers(bob), [self.laptop.client, self.phone.client]
        )
        self.chat.pool.show(self.phone.client, None)
        self.assertEqual(self.batch.viewers(bob), [self.laptop.client])

    def test_members_whose_ignore_list_changes_get_another_view(self) -> None:
        """With all their clients."""
        self.laptop.types(r"\ignore alice")
        self.discard()
        lists: list[IgnoreList] = []

        def follow(ignored: IgnoreList, is_here: object) -> bool:
            lists.append(ignored)
            ignored.remove(next(iter(ignored)))
            return True

        self.batch.follow(follow)
        self.assertEqual(list(map(len, lists)), [0])
        alice = Message("lobby", "alice", "hi", self.alice.client.id)
        self.batch.show(Stored("9", 0, alice), ("lobby",))
        self.assertEqual(self.written(), [["alice: hi"]] * 3)
