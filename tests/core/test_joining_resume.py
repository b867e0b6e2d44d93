"""Clients that resume with the session of a client that is gone, or departing."""

from __future__ import annotations

from tests.support.joining import ResumeCase
from twisted_chat.core.client import ClientState


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
        self.assertEqual((bob.nick, bob.client.id), ("bob", self.session))
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
        self.assertEqual((bob.nick, bob.client.id), ("bob", self.session))
        self.assertEqual(
            self.alice.sees(), ["[#lobby] bob: joined the chat", "bob: joined the chat"]
        )

    def test_two_clients_that_resume_one_session_are_two_members(self) -> None:
        """The first one has the session; the other gets a new one."""
        self.bob.leaves()
        with self.chat.together():
            first, second = self.resume(), self.resume()
        self.assertEqual(first.client.id, self.session)
        self.assertNotEqual(second.client.id, self.session)
        self.assertEqual(len({first.nick, second.nick}), 2)

    def test_invalid_session_is_replaced(self) -> None:
        """A client cannot choose its id."""
        for session in ("", "x", "é" * 22, "x" * 5000):
            self.assertNotEqual(self.connect(session=session).client.id, session)

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
