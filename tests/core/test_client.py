"""A client's states, requests, view and identity."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.client import GUEST, Client, ClientState, Identity
from twisted_chat.core.ignoring.ignore_list import Ignored, IgnoreList
from twisted_chat.core.ignoring.ignoring import ById, ByNick
from twisted_chat.testing import FakeConnection, line_wire

STATES = list(ClientState)


def new_client(identity: Identity = GUEST) -> Client:
    return Client("A", FakeConnection(), line_wire().codec, identity)


def client_in(state: ClientState) -> Client:
    """A client that has reached a state by the shortest way."""
    client = new_client()
    if state is ClientState.QUITTING:
        client.move_to(ClientState.PRESENT)
    if state is not ClientState.JOINING:
        client.move_to(state)
    return client


class StateTests(SynchronousTestCase):
    """A client goes through its stages in order."""

    def test_client_is_connected_from_its_welcome_to_its_departure(self) -> None:
        """That is, while it is present or quitting."""
        self.assertEqual(
            [client_in(state).is_connected for state in STATES],
            [False, True, True, False],
        )

    def test_client_moves_only_to_the_states_that_may_follow(self) -> None:
        """All sixteen pairs; quitting ends by resuming."""
        joining, present, quitting, gone = STATES
        allowed = {
            (joining, present),
            (joining, gone),
            (present, quitting),
            (present, gone),
            (quitting, present),
            (quitting, gone),
        }
        for before in STATES:
            for after in STATES:
                client = client_in(before)
                if (before, after) in allowed:
                    client.move_to(after)
                    self.assertIs(client.state, after)
                else:
                    with self.assertRaises(ValueError, msg=(before, after)):
                        client.move_to(after)
                    self.assertIs(client.state, before)


class ClientTests(SynchronousTestCase):
    """What the chat keeps of one connection."""

    def test_rooms_of_a_client_are_those_of_its_member(self) -> None:
        """Without any it talks in none."""
        client = new_client()
        self.assertIsNone(client.room)
        client.member.rooms = ("tea", "milk")
        self.assertEqual((client.rooms, client.room), (("tea", "milk"), "milk"))

    def test_client_has_no_dict(self) -> None:
        """Ten thousand of them take little memory."""
        client = new_client()
        for value in (client, client.member):
            self.assertFalse(hasattr(value, "__dict__"))

    def test_client_is_idle_once_its_last_request_is_completed(self) -> None:
        """Only then are the calls made that wait for it."""
        client, calls = new_client(), []
        client.pending = 2
        client.when_idle(lambda: calls.append("idle"))
        client.complete_one()
        self.assertEqual(calls, [])
        client.complete_one()
        self.assertEqual(calls, ["idle"])

    def test_view_depends_on_codec_rooms_and_ignored_members(self) -> None:
        """Ignored members count by nickname and by client id."""
        client = new_client()
        client.member.rooms = ("tea",)
        self.assertEqual(client.view_key(), (client.codec, ("tea",), frozenset()))
        client.member.ignored = IgnoreList([Ignored("Bob", "", "B", "bob")])
        self.assertEqual(client.view_key()[2], {ByNick("bob"), ById("B")})

    def test_client_is_a_guest_without_an_identity(self) -> None:
        """It has no address, no account and no roles."""
        self.assertEqual(new_client().identity, Identity("", frozenset()))

    def test_client_has_the_identity_that_it_is_given(self) -> None:
        """An adapter passes the address that it knows."""
        identity = Identity("192.0.2.1")
        self.assertIs(new_client(identity).identity, identity)
