"""A client's states, requests and view."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.client import GUEST, Client, ClientState, Identity
from twisted_chat.testing import FakeConnection, line_wire


def new_client(identity: Identity = GUEST) -> Client:
    return Client("A", FakeConnection(), line_wire().codec, identity)


class StateTests(SynchronousTestCase):
    """A client goes through its stages in order."""

    def test_client_begins_joining_and_ends_gone(self) -> None:
        """It is connected between its welcome and its end."""
        client = new_client()
        seen = [(client.state, client.is_connected)]
        for state in (ClientState.PRESENT, ClientState.QUITTING, ClientState.GONE):
            client.move_to(state)
            seen.append((client.state, client.is_connected))
        self.assertEqual(
            seen,
            [
                (ClientState.JOINING, False),
                (ClientState.PRESENT, True),
                (ClientState.QUITTING, True),
                (ClientState.GONE, False),
            ],
        )

    def test_quitting_client_that_resumes_is_present_again(self) -> None:
        """Its connection was still open when it came back."""
        client = new_client()
        for state in (ClientState.PRESENT, ClientState.QUITTING, ClientState.PRESENT):
            client.move_to(state)
        self.assertIs(client.state, ClientState.PRESENT)

    def test_gone_is_final(self) -> None:
        """No client comes back: one that resumes is a new client."""
        client = new_client()
        client.move_to(ClientState.GONE)
        for state in ClientState:
            with self.assertRaises(ValueError):
                client.move_to(state)

    def test_joining_client_cannot_be_quitting(self) -> None:
        """It has not been let in, so it has nothing to leave."""
        with self.assertRaises(ValueError):
            new_client().move_to(ClientState.QUITTING)


class ClientTests(SynchronousTestCase):
    """What the chat knows of one connection."""

    def test_client_without_a_room_talks_nowhere(self) -> None:
        """Its rooms are those of its member."""
        client = new_client()
        self.assertIsNone(client.room)
        client.member.rooms = ("tea", "milk")
        self.assertEqual((client.rooms, client.room), (("tea", "milk"), "milk"))

    def test_client_has_no_dict(self) -> None:
        """Ten thousand of them take little memory."""
        for thing in (new_client(), new_client().member, new_client().idle_calls):
            self.assertFalse(hasattr(thing, "__dict__"))

    def test_last_completed_request_makes_it_idle(self) -> None:
        """Only then are the calls made that wait for it."""
        client, calls = new_client(), []
        client.pending = 2
        client.when_idle(lambda: calls.append("idle"))
        client.complete_one()
        self.assertEqual(calls, [])
        client.complete_one()
        self.assertEqual(calls, ["idle"])

    def test_view_depends_on_codec_rooms_and_ignores(self) -> None:
        """Ignored people count by nickname and by id."""
        client = new_client()
        client.member.rooms = ("tea",)
        self.assertEqual(client.view_key(), (client.codec, ("tea",), frozenset()))
        client.ignored = {"bob": ("Bob", "B")}
        self.assertEqual(client.view_key()[2], {"bob", "B"})

    def test_identity_is_a_guest_unless_given(self) -> None:
        """An adapter passes the address that it knows."""
        self.assertEqual(new_client().identity, Identity("", None, frozenset()))
        identity = Identity("192.0.2.1")
        self.assertIs(new_client(identity).identity, identity)
