r"""The route ``\whois``, as users see it."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.events import Joined
from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.core.limits import RateLimit
from twisted_chat.testing import TestChat
from twisted_chat.testing.chat import FakeClient

SECRET = "correct horse"


class WhoisTests(SynchronousTestCase):
    """Alice asks; the clock is at a known time."""

    def setUp(self) -> None:
        self.room = TestChat(flood=RateLimit(100, 100))
        self.room.advance(1_800_000_000 - self.room.clock.seconds())
        self.alice, self.bob = self.room.people("alice", "bob")

    def whois(self, name: str) -> list[str]:
        self.alice.sees()
        self.alice.types(f"\\whois {name}")
        seen: list[str] = self.alice.sees()
        return seen

    def register(self, client: FakeClient) -> None:
        client.types(f"\\register {SECRET}")

    def test_guest_is_a_guest(self) -> None:
        """Since when, and where it is met."""
        self.alice.types("\\join tea")
        self.assertEqual(
            self.whois("BOB"),
            [
                "bob: a guest",
                "bob: connected by another program since 2027-01-15 08:00 UTC",
                "bob: rooms in common: lobby",
            ],
        )

    def test_one_who_has_said_nothing_for_long_is_idle(self) -> None:
        """By the device that was used last."""
        self.bob.types("hi", "\\away lunch")
        for seconds, shown in ((90, "1m"), (7200, "2h"), (86_400 * 3, "3d")):
            self.room.advance(seconds)
            _, connected, away, _ = self.whois("bob")
            self.assertTrue(connected.endswith(f", idle for {shown}"), connected)
            self.assertEqual(away, "bob: away (lunch)")

    def test_operator_is_told_of_bans_and_mutes(self) -> None:
        """Nobody else is, and of whoever is gone too."""
        moderation, alice = self.room.chat.moderation, self.alice.client.member
        self.assertNotIn("muted", "".join(self.whois("bob")))
        moderation.is_operator = lambda member: member is alice
        self.alice.types("\\mute bob 2h", "\\ban troll spam")
        muted = "bob: muted by alice until 2027-01-15 10:00 UTC"
        self.assertIn(muted, self.whois("bob"))
        self.assertEqual(
            self.whois("troll"), ["troll: not here", "troll: banned by alice (spam)"]
        )
        moderation.is_operator = lambda _: False
        self.assertNotIn(muted, self.whois("bob"))
        self.assertIn("nobody is called troll", self.whois("troll")[0])

    def test_account_is_known_by_its_name_and_its_nickname(self) -> None:
        """With all its devices."""
        self.register(self.bob)
        self.assertEqual(self.whois("bob")[0], "bob: registered since 2027-01-15")
        self.bob.types("\\nick robert")
        for name in ("robert", "bob"):
            self.assertEqual(
                self.whois(name)[0],
                "robert: logged in as bob, registered since 2027-01-15",
            )

    def test_account_that_is_away_was_last_here(self) -> None:
        """At the departure of its last client."""
        self.register(self.bob)
        self.bob.leaves()
        self.room.advance(60)
        self.assertEqual(
            self.whois("bob"),
            [
                "bob: registered since 2027-01-15",
                "bob: last here 2027-01-15 08:00 UTC",
            ],
        )

    def test_unknown_name_is_refused(self) -> None:
        """It is neither a nickname nor an account."""
        self.assertEqual(
            self.whois("carol"), ["error: nobody is called carol (try \\who)"]
        )

    def test_addresses_are_shown_to_operators_only(self) -> None:
        """Those of all devices."""
        self.register(self.bob)
        address = IPv4Address("TCP", "192.0.2.7", 1)
        credentials = Credentials("bob", SECRET)
        phone = self.room.client(credentials=credentials, address=address)
        self.assertNotIn("192.0.2.7", "".join(self.whois("bob")))
        self.register(self.alice)
        self.alice.types(f"\\operator {self.room.chat.operators.code}")
        self.assertEqual(self.whois("bob")[-1], "bob: from 192.0.2.7")
        self.assertIn("an operator", self.whois("alice")[0])
        self.assertEqual(phone.nick, "bob")

    def test_member_of_another_server_is_there(self) -> None:
        """How, only that server knows."""
        self.room.committer.submit(Joined("lobby", "zoe", "elsewhere"))
        self.room.settle()
        self.assertIn("zoe: connected to another server", self.whois("zoe"))
