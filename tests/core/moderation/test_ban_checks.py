"""Bans, where someone comes in."""

from __future__ import annotations

from twisted.internet.address import IPv4Address

from tests.support.moderation import ModerationCase
from twisted_chat.core.client import ClientState
from twisted_chat.core.moderation.sanctions import Sanction
from twisted_chat.core.replies import Refused
from twisted_chat.testing import FailingJournal

HOME = IPv4Address("TCP", "192.0.2.7", 4000)

FOREVER = "error: you are banned until further notice"


class BanCheckTests(ModerationCase):
    """Whoever is banned is told so, and disconnected."""

    def ban(self, *identities: str, networks: tuple[str, ...] = ()) -> None:
        """Impose a ban."""
        ban = Sanction("x", "oscar", identities=identities, networks=networks)
        self.moderation.apply({"ban/=x": ban.to_json()})

    def test_client_that_connects_is_turned_away(self) -> None:
        """By its address, its session, or the nickname that it asks for."""
        self.ban("=dave", self.bob.client.id, networks=("192.0.2.0/24",))
        for options in (
            {"address": HOME},
            {"session": self.bob.client.session},
            {"nick": "Dave"},
        ):
            client = self.chat.client(**options)
            self.assert_sees(client, FOREVER)
            self.assertEqual(client.closed, "banned")
            self.assertIs(client.client.state, ClientState.GONE)
        self.assertIs(self.chat.client("dora").closed, None)

    def test_client_that_asks_for_a_banned_name_is_expelled(self) -> None:
        """Its next lines are not taken."""
        self.ban("=dave")
        self.carol.types(r"\nick dave", "hi")
        self.assert_sees(self.carol, FOREVER)
        self.assertEqual(self.carol.closed, "banned")
        self.assert_sees(self.alice, "carol: left the chat")

    def test_client_whose_new_name_is_banned_while_it_is_claimed_is_expelled(
        self,
    ) -> None:
        """The name is free for whoever may have it."""
        self.chat.journal.hold(FailingJournal.VALUES)
        self.carol.types(r"\nick dave", "hi")
        self.ban("=dave")
        self.chat.journal.release(FailingJournal.VALUES)
        self.assert_sees(self.carol, FOREVER)
        self.assertEqual(self.carol.closed, "banned")
        self.assert_sees(self.alice, "carol: left the chat")
        self.moderation.apply({"ban/=x": None})
        self.does(self.oscar, r"\nick dave")
        self.assertEqual(self.oscar.nick, "dave")

    def test_account_may_have_the_nickname_of_a_banned_guest(self) -> None:
        """It is somebody else."""
        self.ban("=dave")
        self.chat.log_in(self.carol, "dora")
        self.discard()
        self.assert_typed(self.carol, r"\nick dave", "dora: is now known as dave")

    def test_client_that_logs_in_to_a_banned_account_is_expelled(self) -> None:
        """It has been a guest until then."""
        self.ban("@1")
        banned = self.permissions.may_log_in("@1", "")
        self.assertIsInstance(banned, Refused)
        checks = self.chat.chat.bans
        self.assertIsNot(checks.at_login(self.carol.client, "@1"), None)
        self.assertIs(checks.at_login(self.carol.client, "@2"), None)

    def test_banned_account_is_kept_out_at_its_login(self) -> None:
        """Whether it is present when it is banned, or not."""
        password = "correct horse"
        self.does(self.bob, rf"\register {password}")
        self.does(self.oscar, r"\ban bob")
        self.assertEqual(self.bob.closed, "banned")
        self.carol.types(rf"\login bob {password}")
        self.assert_sees(self.carol, FOREVER)
        self.assertEqual(self.carol.closed, "banned")
        dave = self.chat.client("dave")
        self.does(dave, rf"\register {password}")
        dave.leaves()
        self.does(self.oscar, r"\ban dave")
        again = self.chat.client("dora")
        again.sees()
        self.assert_typed(again, rf"\login dave {password}", FOREVER)
        self.does(self.oscar, r"\unban dave", r"\unban bob")
        once_more = self.chat.client("dora")
        once_more.types(rf"\login dave {password}")
        self.assertIn("logged in as dave", once_more.sees())

    def test_operator_that_logs_in_as_it_connects_is_let_in(self) -> None:
        """Though its account is banned, and its network: both have no effect."""
        self.ban("@1", networks=("192.0.2.0/24",))
        self.moderation.is_operator = lambda member: member.id in ("@1", "@3")
        for account, closed in (("1", None), ("2", "banned"), ("3", None)):
            client = self.chat.client(account=account, address=HOME)
            self.assertEqual(client.closed, closed)

    def test_operator_from_a_banned_network_is_expelled_once_it_is_none(self) -> None:
        """As it logs out."""
        operator = self.chat.client(account="1")
        self.moderation.is_operator = lambda member: member.id == "@1"
        self.ban(operator.client.id)
        self.assertIs(operator.closed, None)
        self.chat.log_out(operator)
        self.assertIn(FOREVER, operator.sees())
        self.assertEqual(operator.closed, "banned")

    def test_operator_logs_in_from_a_banned_network(self) -> None:
        """If it gets that far: at connecting it is not known."""
        self.ban(networks=("192.0.2.0/24",))
        self.moderation.is_operator = lambda member: member.id == "@1"
        self.assertIs(self.permissions.may_log_in("@1", "192.0.2.7"), None)
        self.assertIsNot(self.permissions.may_log_in("@2", "192.0.2.7"), None)
