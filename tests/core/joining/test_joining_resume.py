"""Clients that resume with the session of a client that is gone, or departing."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.support.joining import ResumeCase
from twisted_chat.core.client import ClientState
from twisted_chat.core.interfaces import RETRY_DELAY
from twisted_chat.core.names.nicknames import Name
from twisted_chat.testing import FakeClient

DAY = 24 * 60 * 60


class ResumeTests(ResumeCase):
    """A client that resumes has its former session, nickname and id."""

    def test_client_that_resumes_while_departing_joins_after_its_departure(
        self,
    ) -> None:
        """The others see it leave and join."""
        self.chat.journal.hold()
        self.bob.leaves()
        bob = self.resume()
        self.assertEqual(bob.sees(), [])
        self.chat.journal.release()
        self.assertEqual(bob.sees()[0], "Welcome, bob!")
        self.assertEqual((bob.nick, bob.client.session), ("bob", self.session))
        self.assertEqual(
            self.alice.sees(),
            [
                "bob: left the chat",
                "[#lobby] bob: joined the chat",
                "bob: joined the chat",
            ],
        )

    def test_resumed_client_is_a_new_object_with_its_own_state(self) -> None:
        """The departed one stays gone."""
        self.bob.leaves()
        bob = self.resume()
        self.assertIsNot(bob.client, self.bob.client)
        self.assertIs(bob.client.state, ClientState.PRESENT)
        self.assertIs(self.bob.client.state, ClientState.GONE)

    def test_client_waits_until_its_nickname_is_released(self) -> None:
        """It joins once, under its own nickname, and owns it."""
        self.names.hold()
        self.bob.leaves()
        self.alice.sees()
        bob = self.resume()
        self.names.answer()
        self.chat.settle()
        self.assertEqual(bob.nick, "bob")
        self.assertEqual(
            self.alice.sees(), ["[#lobby] bob: joined the chat", "bob: joined the chat"]
        )
        self.alice.types(r"\nick bob")
        self.assertIn("error: bob, or a name that looks like it", self.alice.sees()[-1])

    def test_client_that_leaves_while_it_waits_is_shown_to_nobody(self) -> None:
        """The one after it joins."""
        self.names.hold()
        self.bob.leaves()
        self.resume().leaves()
        bob = self.resume()
        self.alice.sees()
        self.names.answer()
        self.chat.settle()
        self.assertEqual((bob.nick, bob.client.session), ("bob", self.session))
        self.assertEqual(
            self.alice.sees(), ["[#lobby] bob: joined the chat", "bob: joined the chat"]
        )

    def test_two_clients_that_resume_one_session_are_two_members(self) -> None:
        """The first one has the session; the other gets a new one."""
        self.bob.leaves()
        with self.chat.together():
            first, second = self.resume(), self.resume()
        self.assertEqual(first.client.session, self.session)
        self.assertNotEqual(second.client.session, self.session)
        self.assertEqual(len({first.nick, second.nick}), 2)

    def test_invalid_session_is_replaced(self) -> None:
        """A client cannot choose its id."""
        for session in ("", "x", "é" * 22, "x" * 5000):
            self.assertNotEqual(self.connect(session=session).client.session, session)

    def test_client_joins_though_its_nickname_could_not_be_released(self) -> None:
        """The exception is logged."""

        async def release(*_: object) -> None:
            raise ZeroDivisionError

        self.patch(self.names, "release", release)
        self.chat.journal.hold()
        self.bob.leaves()
        bob = self.resume()
        self.chat.journal.release()
        with self.assertRaises(ZeroDivisionError):
            self.chat.settle()
        self.assertEqual(bob.sees()[0], "Welcome, bob!")


class LastNameTests(ResumeCase):
    """Clients that resume without asking for a nickname."""

    def resume_unnamed(self) -> FakeClient:
        return self.connect(since=self.position, session=self.session)

    def test_client_gets_its_last_nickname_back(self) -> None:
        """The one that it had when it left."""
        self.bob.types(r"\nick bert")
        self.bob.leaves()
        self.assertEqual(self.resume_unnamed().nick, "bert")

    def test_guest_gets_its_guest_name_back(self) -> None:
        """Though guests' names cannot be requested."""
        guest = self.connect()
        guest.leaves()
        again = self.connect(since=self.position, session=guest.client.session)
        self.assertEqual(again.nick, guest.nick)

    def test_requested_nickname_counts(self) -> None:
        """More than the last one."""
        self.bob.leaves()
        again = self.chat.client(
            "bert", wire=self.wire, since=self.position, session=self.session
        )
        self.assertEqual(again.nick, "bert")

    def test_nickname_that_was_taken_is_refused(self) -> None:
        """The client is told why it is a guest."""
        self.bob.leaves()
        self.connect("bob")
        again = self.resume_unnamed()
        self.assertIn("error: bob, or a name that looks like it", again.sees()[0])
        self.assertTrue(again.nick.startswith("guest_"))

    def test_guest_name_that_was_taken_is_replaced(self) -> None:
        """By another guest's, without an error."""
        guest = self.connect()
        guest.leaves()
        keys = Name.guest(int(guest.nick.removeprefix("guest_"))).keys
        claiming = Deferred.fromCoroutine(self.names.claim(keys, "another client"))
        self.assertTrue(self.successResultOf(claiming))
        again = self.connect(since=self.position, session=guest.client.session)
        self.assertNotEqual(again.nick, guest.nick)
        self.assertTrue(again.sees()[0].startswith("Welcome, guest_"))

    def test_session_that_was_not_issued_is_not_accepted(self) -> None:
        """Whoever invents one is a new client, with a session of its own."""
        for nick in (None, "carol"):
            stranger = self.chat.client(
                nick, wire=self.wire, since=self.position, session="x" * 22
            )
            self.assertNotEqual(stranger.client.session, "x" * 22)
            self.assertEqual(stranger.nick == "carol", nick == "carol")
            again = self.connect(session=stranger.client.session)
            self.assertIs(again.client, stranger.client)
            again.leaves()

    def test_session_is_void_a_day_after_its_client_left(self) -> None:
        """However long the client was there."""
        self.chat.advance(3 * DAY)
        self.bob.leaves()
        self.chat.advance(DAY - 1)
        bob = self.resume_unnamed()
        self.assertEqual((bob.nick, bob.client.session), ("bob", self.session))
        bob.leaves()
        self.chat.advance(DAY + 1)
        guest = self.resume_unnamed()
        self.assertTrue(guest.nick.startswith("guest_"))
        self.assertNotEqual(guest.client.session, self.session)

    def test_session_is_void_after_quit(self) -> None:
        """What the client had set is forgotten with it."""
        self.bob.types(r"\away lunch", r"\ignore alice", r"\quit")
        guest = self.resume_unnamed()
        self.assertNotEqual(guest.client.session, self.session)
        self.assertTrue(guest.nick.startswith("guest_"))
        guest.types(r"\ignore")
        self.assertEqual(guest.sees()[-1], "you ignore: nobody")
        self.assertNotIn(f"{guest.nick}: is away (lunch)", self.alice.sees())

    def test_void_session_does_not_bring_direct_messages(self) -> None:
        """They were for the client that had it."""
        self.alice.types(r"\dm bob psst")
        self.bob.types(r"\quit")
        self.chat.settle()
        bob = self.resume()
        self.assertEqual(bob.nick, "bob")
        self.assertFalse([line for line in bob.sees() if "psst" in line])

    def test_session_stays_valid_when_its_client_leaves_before_the_check(self) -> None:
        """What it had set is still kept."""
        self.bob.types(r"\ignore alice")
        self.bob.leaves()
        self.chat.journal.hold("session")
        self.resume_unnamed().leaves()
        self.chat.journal.release("session")
        self.chat.settle()
        bob = self.resume_unnamed()
        self.assertEqual(bob.client.session, self.session)
        bob.types(r"\ignore")
        self.assertEqual(bob.sees()[-1], "you ignore: alice")

    def test_client_waits_for_a_store_that_cannot_be_read(self) -> None:
        """It is told, and gets its nickname as soon as the store works again."""
        self.bob.leaves()
        self.chat.journal.fail(what="session")
        again = self.resume_unnamed()
        self.assertIn("error: cannot join yet", again.sees()[0])
        self.chat.advance(RETRY_DELAY)
        self.assertEqual(again.nick, "bob")
