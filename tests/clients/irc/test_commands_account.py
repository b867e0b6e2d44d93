"""AUTHENTICATE, REGISTER and AWAY."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

from tests.support.irc_clients import PASSWORD, IrcCase, IrcPeer
from twisted_chat.core.accounts.policy import Mode
from twisted_chat.core.client import Identity

INSECURE = Identity("192.0.2.7", wire="irc")


class AuthenticateTests(IrcCase):
    """Logging in once the registration is over."""

    def log_in(self, peer: IrcPeer, name: str, password: str = PASSWORD) -> list[str]:
        response = b64encode(f"\0{name}\0{password}".encode()).decode()
        return peer.asks("AUTHENTICATE PLAIN", f"AUTHENTICATE {response}")

    def test_client_keeps_its_nickname(self) -> None:
        """The others in its rooms are told of the account, if they want to know."""
        self.account("bob")
        alice = self.irc("alice", "tea")
        carol = self.irc("carol", "tea", capabilities="account-notify")
        dave = self.irc("dave", "tea")
        carol.sees()
        plus, logged_in, success = self.log_in(alice, "bob")
        self.assertEqual(plus, "AUTHENTICATE +")
        self.assertRegex(logged_in, r"\A900 alice alice!~chat@\S+ bob :You are now")
        self.assertEqual(success, "903 alice :SASL authentication successful")
        self.assertEqual(carol.sees(), [f"{self.source(alice)} ACCOUNT bob"])
        self.assertEqual(dave.sees(), [])

    def test_wrong_password_changes_nothing(self) -> None:
        """One may try again."""
        self.account("bob")
        alice = self.irc("alice")
        self.assertIn("904 alice :", self.log_in(alice, "bob", "no")[1])
        self.assertEqual(
            alice.asks("AUTHENTICATE FOO"),
            [
                "908 alice PLAIN,SCRAM-SHA-256 :are available SASL mechanisms",
                "904 alice :SASL authentication failed",
            ],
        )
        self.assertIn("903 alice", self.log_in(alice, "bob")[2])

    def test_one_who_is_logged_in_may_not_log_in_again(self) -> None:
        """LOGOUT comes first."""
        self.account("bob")
        alice = self.irc("alice")
        self.log_in(alice, "bob")
        self.assertEqual(
            alice.asks("AUTHENTICATE PLAIN"),
            ["907 alice :You have already authenticated"],
        )


class RegisterTests(IrcCase):
    """Registering an account."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice")

    def refused(self, params: str) -> str:
        """The code with which it is refused."""
        (line,) = self.alice.asks(f"REGISTER {params}")
        self.assertTrue(line.startswith(("FAIL REGISTER", "NOTICE")), line)
        return line.split()[2]

    def test_nickname_becomes_an_account(self) -> None:
        """And the client is logged in."""
        for nick, name in (("bob", "*"), ("carol", "Carol")):
            peer = self.irc(nick)
            success, logged_in = peer.asks(f"REGISTER {name} * correct-horse")
            self.assertEqual(success, f"REGISTER SUCCESS {nick} :Account created")
            self.assertTrue(logged_in.startswith(f"900 {nick} {nick}!~chat@"))
            self.assertEqual(self.room.chat.pool.named_as(nick).account, nick)  # type: ignore[union-attr]

    def test_each_reason_has_its_code(self) -> None:
        """With the name of the account."""
        self.alice.sends("CAP REQ :standard-replies")
        for params, code in (
            ("bob * correct-horse", "ACCOUNT_NAME_MUST_BE_NICK"),
            ("* * short", "WEAK_PASSWORD"),
        ):
            self.assertEqual(self.refused(params), code)
        policy = self.room.chat.accounts.policy
        self.room.chat.accounts.policy = replace(policy, mode=Mode.CLOSED)
        self.room.chat.operators.ids = {"@1"}
        self.assertEqual(self.refused("* * correct-horse"), "DISALLOWED")
        self.room.chat.accounts.policy = replace(policy, requires_tls=True)
        self.alice.client.identity = INSECURE
        self.assertEqual(self.refused("* * correct-horse"), "DISALLOWED")
        self.room.chat.accounts.policy = policy
        self.alice.sends("REGISTER * * correct-horse")
        self.assertEqual(self.refused("* * correct-horse"), "ALREADY_AUTHENTICATED")
        self.assertEqual(
            self.alice.asks("REGISTER *"),
            ["461 alice REGISTER :Not enough parameters"],
        )


class AwayTests(IrcCase):
    """Being away."""

    def test_client_is_told(self) -> None:
        """Both ways, and if nothing changes."""
        alice = self.irc("alice", "lobby")
        back = "305 alice :You are no longer marked as being away"
        self.assertEqual(alice.asks("AWAY"), [back])
        self.assertEqual(
            alice.asks("AWAY :out for lunch"),
            ["306 alice :You have been marked as being away"],
        )
        member = self.room.chat.pool.named_as("alice")
        assert member is not None
        self.assertEqual(member.away, "out for lunch")
        self.assertEqual(alice.asks("AWAY :"), [back])
        self.assertEqual(member.away, "")

    def test_refusal_names_no_target(self) -> None:
        """What is given is a text."""
        self.eve.types(r"\join tea")
        bob = self.irc("bob", "tea")
        self.eve.types(r"\mute bob 10m")
        (refused,) = bob.asks("AWAY :lunch")
        self.assertRegex(refused, r"\A404 bob \* :You are muted for ")

    def test_those_who_want_to_know_are_told(self) -> None:
        """In the same rooms."""
        alice = self.irc("alice", "tea")
        bob = self.irc("bob", "tea", capabilities="away-notify")
        alice.sends("AWAY :lunch", "AWAY")
        source = self.source(alice)
        self.assertEqual(bob.sees(), [f"{source} AWAY :lunch", f"{source} AWAY"])
