"""What it costs that a member comes, changes and goes."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.calls import calls_of
from tests.support.json_chat import frame_objects
from twisted_chat.clients.json import JsonCodec
from twisted_chat.clients.socketio_codec import SocketIOCodec
from twisted_chat.core.events import Joined, Stored
from twisted_chat.core.moderation.room_settings import setting_key
from twisted_chat.core.moderation_events import Role
from twisted_chat.testing import FakeClient, FakeWire, TestChat, line_wire


class PresenceCostTests(SynchronousTestCase):
    """The work is the same whoever else is there, but for one write to each."""

    def calls(self, wire: FakeWire, members: int, rooms: int = 0) -> list[int]:
        """The calls of an arrival, a rename and a departure.

        :param members: others in the lobby, all on another server.
        :param rooms: in which one of the others is a room operator.
        """
        chat = TestChat()
        for number in range(rooms):
            role = setting_key(f"room_{number}", 1, Role.OPERATOR, "id 0")
            chat.chat.moderation.apply({role: "1 other_0"})
        chat.chat.announce(
            [
                Stored("0", 0, Joined("lobby", f"other_{number}", f"id {number}"))
                for number in range(members)
            ]
        )
        chat.people("watcher", wire=wire)
        clients: list[FakeClient] = []
        found = [
            calls_of(lambda: clients.append(chat.client(wire=wire))),
            calls_of(lambda: clients[0].types(r"\nick alice")),
            calls_of(clients[0].leaves),
        ]
        self.assertEqual(len(chat.pool), members + 1)
        return found

    def assert_same(self, wire: FakeWire) -> None:
        # The first time, each fills caches.
        _, _ = self.calls(wire, 1), self.calls(wire, 300)
        self.assertEqual(self.calls(wire, 1), self.calls(wire, 300))

    def test_line_client_costs_the_same_in_any_company(self) -> None:
        """Its nickname, its bans and the mutes are looked up, not searched."""
        self.assert_same(line_wire())

    def test_json_client_costs_the_same_in_any_company(self) -> None:
        """The list of the members that it is shown is not made by calls."""
        self.assert_same(FakeWire(JsonCodec(), line_wire().decode, frame_objects))

    def test_socketio_client_costs_the_same_in_any_company(self) -> None:
        """It is shown the members only when it asks for them."""
        codec = SocketIOCodec(bytes, lambda: "0")
        self.assert_same(FakeWire(codec, line_wire().decode, lambda data: [data]))

    def test_client_costs_the_same_however_many_rooms_there_are(self) -> None:
        """It is in one of them, and has no role in any."""
        counts = [self.calls(line_wire(), 1, rooms) for rooms in (1, 1, 300)]
        self.assertEqual(counts[1], counts[2])
