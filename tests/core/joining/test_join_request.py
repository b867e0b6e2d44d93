"""What a client asks for."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.limits import MAX_ROOMS


class JoinRequestTests(SynchronousTestCase):
    """Whatever is asked for, the rooms to join are valid."""

    def test_rooms_are_normalized_and_each_is_joined_once(self) -> None:
        """In the order of the first time that each is named; invalid ones are not."""
        request = JoinRequest(rooms=("#Tea", "a b", "coffee", "tea", ""))
        self.assertEqual(request.valid_rooms(), ("tea", "coffee"))

    def test_without_a_valid_room_it_is_the_lobby(self) -> None:
        """As by default."""
        for request in (
            JoinRequest(),
            JoinRequest(rooms=("a b",)),
        ):
            self.assertEqual(request.valid_rooms(), ("lobby",))

    def test_who_asks_for_no_room_joins_none(self) -> None:
        """An adapter whose clients join rooms later."""
        self.assertEqual(JoinRequest(rooms=()).valid_rooms(), ())

    def test_of_too_many_rooms_the_last_are_joined(self) -> None:
        """The client talks in the last one."""
        names = [f"room{number}" for number in range(MAX_ROOMS + 3)]
        self.assertEqual(JoinRequest(rooms=names).valid_rooms(), tuple(names[3:]))
