"""Many arrivals or departures in one batch, shown as one line."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.announcers.bulk import BULK_THRESHOLD
from twisted_chat.testing import FakeClient, TestChat


class BulkTests(SynchronousTestCase):
    """Above the threshold a room is shown one line for all of them."""

    def setUp(self) -> None:
        self.chat = TestChat()
        (self.alice,) = self.chat.people("alice")

    def connect_at_once(self, number: int) -> list[FakeClient]:
        """Connect clients whose arrivals are in one batch."""
        with self.chat.together():
            return [self.chat.client(f"p{n}") for n in range(number)]

    def test_arrivals_up_to_the_threshold_are_shown_one_by_one(self) -> None:
        """Twenty have twenty lines."""
        self.connect_at_once(BULK_THRESHOLD)
        self.assertEqual(
            self.alice.sees(), [f"p{n}: joined the chat" for n in range(BULK_THRESHOLD)]
        )

    def test_arrivals_above_the_threshold_are_one_line(self) -> None:
        """Some names and the number of the others."""
        self.connect_at_once(BULK_THRESHOLD + 1)
        self.assertEqual(self.alice.sees(), ["p0, p1, p2 and 18 more joined the chat"])

    def test_client_that_arrives_in_bulk_sees_its_own_line(self) -> None:
        """Between its welcome and the bulk."""
        clients = self.connect_at_once(BULK_THRESHOLD + 1)
        bulk = "p0, p1, p2 and 18 more joined the chat"
        for client in clients:
            self.assertEqual(
                client.sees(),
                [f"Welcome, {client.nick}!", f"{client.nick}: joined the chat", bulk],
            )

    def test_departures_above_the_threshold_are_one_line(self) -> None:
        """Like arrivals."""
        clients = self.connect_at_once(BULK_THRESHOLD + 1)
        self.alice.sees()
        with self.chat.together():
            for client in clients:
                client.leaves()
        self.assertEqual(self.alice.sees(), ["p0, p1, p2 and 18 more left the chat"])

    def test_cost_of_arrivals_is_linear(self) -> None:
        """Ten times as many clients are sent about ten times as many bytes."""

        def bytes_sent(number: int) -> int:
            chat = TestChat()
            with chat.together():
                clients = [chat.client() for _ in range(number)]
            return sum(len(client.connection.take()) for client in clients)

        few, many = bytes_sent(25), bytes_sent(250)
        self.assertLess(many, 12 * few)

    def test_single_arrival_in_another_room_is_shown(self) -> None:
        """Each room has its own threshold."""
        self.alice.types(r"\join tea")
        self.alice.sees()
        with self.chat.together():
            for n in range(BULK_THRESHOLD + 5):
                self.chat.client(f"p{n}")
            self.chat.client("zoe", rooms=("tea",))
        seen = self.alice.sees()
        self.assertIn("zoe: joined the chat", seen)
        self.assertIn("[#lobby] p0, p1, p2 and 22 more joined the chat", seen)
        self.assertEqual(len(seen), 2)

    def test_members_that_leave_one_room_in_bulk_are_one_line(self) -> None:
        """Each of them sees its own departure, in its other room."""
        clients = self.connect_at_once(BULK_THRESHOLD + 2)
        for client in clients:
            client.types(r"\join tea")
        for client in (self.alice, *clients):
            client.sees()
        with self.chat.together():
            for client in clients:
                client.types(r"\leave lobby")
        self.assertEqual(self.alice.sees(), ["p0, p1, p2 and 19 more left the chat"])
        self.assertEqual(clients[3].sees(), ["[#lobby] p3: left the chat"])

    def test_quit_of_one_is_shown_in_its_other_room(self) -> None:
        """It is bulk in the lobby and one line in the other."""
        clients = self.connect_at_once(BULK_THRESHOLD + 1)
        clients[0].types(r"\join tea")
        (bob,) = self.chat.people("bob")
        bob.types(r"\join tea", r"\leave lobby")
        bob.sees()
        self.alice.sees()
        with self.chat.together():
            for client in clients:
                client.leaves()
        self.assertEqual(bob.sees(), ["p0: left the chat"])
        self.assertEqual(self.alice.sees(), ["p0, p1, p2 and 18 more left the chat"])

    def test_messages_between_arrivals_are_shown_in_order(self) -> None:
        """A client sees all that follows its own arrival."""
        with self.chat.together():
            self.alice.types("before")
            clients = [self.chat.client(f"p{n}") for n in range(BULK_THRESHOLD + 1)]
            self.alice.types("after")
        self.assertEqual(
            clients[0].sees(),
            [
                "Welcome, p0!",
                "alice: before",
                "p0: joined the chat",
                "alice: after",
                "p0, p1, p2 and 18 more joined the chat",
            ],
        )
