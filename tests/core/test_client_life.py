"""The states of a client from its connection to its end, in a whole chat."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.client import Client, ClientState
from twisted_chat.core.events import Joined, Quit, Stored
from twisted_chat.testing import FakeClient, TestChat

JOINING, PRESENT, QUITTING, GONE = ClientState


class LifeTests(SynchronousTestCase):
    """Bob connects, and his client goes through its states."""

    def setUp(self) -> None:
        self.states: list[ClientState] = []
        move_to = Client.move_to

        def record(client: Client, state: ClientState) -> None:
            move_to(client, state)
            if client.nick == "bob":
                self.states.append(state)

        self.patch(Client, "move_to", record)
        self.chat = TestChat()
        (self.alice,) = self.chat.people("alice")

    def connect(self, session: str | None = None) -> FakeClient:
        return self.chat.client("bob", session=session)

    def announce(self, *events: Joined | Quit) -> None:
        """Announce events that another server submitted."""
        batch = [Stored(f"z{n}", 0, event, "two-1") for n, event in enumerate(events)]
        self.chat.chat.announce(batch)

    def assert_left_once(self) -> None:
        """The others see one departure, and nothing is left of the client."""
        self.assertEqual(self.alice.sees().count("bob: left the chat"), 1)
        self.assertEqual(list(self.chat.pool.clients.values()), [self.alice.client])

    def test_client_is_joining_until_its_arrival_is_announced(self) -> None:
        """Then it is present."""
        self.chat.journal.hold()
        bob = self.connect()
        self.assertIs(bob.client.state, JOINING)
        self.chat.journal.release()
        self.chat.settle()
        self.assertEqual(self.states, [PRESENT])

    def test_client_whose_connection_is_lost_is_gone(self) -> None:
        """At once, before its departure is stored."""
        bob = self.connect()
        self.chat.journal.hold()
        bob.leaves()
        self.assertIs(bob.client.state, GONE)
        self.chat.journal.release()
        self.assertEqual(self.states, [PRESENT, GONE])
        self.assert_left_once()

    def test_client_that_quits_is_quitting_until_it_is_disconnected(self) -> None:
        """It is still shown its last message."""
        bob = self.connect()
        self.chat.journal.hold()
        bob.types(r"\quit bye")
        self.assertIs(bob.client.state, QUITTING)
        self.chat.journal.release()
        self.chat.settle()
        self.assertEqual(bob.sees()[-1], "bob: bye")
        self.assertEqual(self.states, [PRESENT, QUITTING, GONE])
        self.assert_left_once()

    def test_second_quit_is_not_taken(self) -> None:
        """Nothing is taken from a quitting client."""
        bob = self.connect()
        with self.chat.together():
            bob.types(r"\quit bye", r"\quit", "too late")
        self.assertEqual(self.states, [PRESENT, QUITTING, GONE])
        self.assertNotIn("bob: too late", self.alice.sees())

    def test_quitting_client_that_resumes_is_present_until_it_leaves(self) -> None:
        """It may quit again."""
        bob = self.connect()
        self.chat.journal.hold()
        bob.types(r"\quit bye")
        again = self.connect(bob.client.session)
        self.assertIs(again.client.state, PRESENT)
        self.chat.journal.release()
        self.chat.settle()
        self.assertIsNone(again.closed)
        again.types(r"\quit")
        self.assertEqual(self.states, [PRESENT, QUITTING, PRESENT, QUITTING, GONE])
        self.assert_left_once()

    def test_client_that_left_resumes_as_a_new_client(self) -> None:
        """Gone is final."""
        bob = self.connect()
        bob.leaves()
        again = self.connect(bob.client.session)
        self.assertIsNot(again.client, bob.client)
        self.assertEqual(self.states, [PRESENT, GONE, PRESENT])

    def test_client_is_gone_when_the_server_stops(self) -> None:
        """The end of its connection changes nothing more."""
        bob = self.connect()
        self.chat.stop()
        self.assertEqual(self.states, [PRESENT, GONE])
        bob.leaves()
        self.assertEqual(self.states, [PRESENT, GONE])

    def test_quitting_client_is_gone_when_the_server_stops(self) -> None:
        """After its last message is stored."""
        bob = self.connect()
        self.chat.journal.hold()
        bob.types(r"\quit bye")
        self.assertFalse(self.chat.stop())
        self.chat.journal.release()
        self.chat.settle()
        self.assertEqual(self.states, [PRESENT, QUITTING, GONE])
        departures = [
            event
            for batch in self.chat.journal.batches
            for event in batch
            if isinstance(event, Quit) and event.nick == "bob"
        ]
        self.assertEqual(len(departures), 1)

    def test_client_that_resumes_on_another_server_is_gone_here(self) -> None:
        """The end of its connection submits no departure."""
        bob = self.connect()
        batches = len(self.chat.journal.batches)
        self.announce(Joined("lobby", "bob", bob.client.id))
        self.chat.settle()
        bob.leaves()
        self.assertEqual(self.states, [PRESENT, GONE])
        self.assertEqual(len(self.chat.journal.batches), batches)

    def test_quitting_client_that_resumes_on_another_server_is_gone_here(self) -> None:
        """As a present one."""
        bob = self.connect()
        self.chat.journal.hold()
        bob.types(r"\quit bye")
        self.announce(Joined("lobby", "bob", bob.client.id))
        self.chat.journal.release()
        self.chat.settle()
        self.assertEqual(self.states, [PRESENT, QUITTING, GONE])

    def test_client_that_is_declared_gone_stays_present(self) -> None:
        """Its server is connected again and submits its arrival."""
        bob = self.connect()
        self.announce(Quit("bob", bob.client.id))
        self.assertEqual(self.states, [PRESENT])
        bob.types("here")
        self.assertIn("bob: here", self.alice.sees())

    def test_client_that_is_declared_gone_while_leaving_leaves_once(self) -> None:
        """Its own departure, stored after that, is not shown."""
        bob = self.connect()
        self.chat.journal.hold()
        bob.leaves()
        self.announce(Quit("bob", bob.client.id))
        self.chat.journal.release()
        self.chat.settle()
        self.assertEqual(self.states, [PRESENT, GONE])
        self.assert_left_once()
        self.assertEqual(self.chat.client("bob").nick, "bob")
