"""Registration, from the first line to the welcome."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace

from twisted.internet.defer import Deferred

from tests.support.irc_clients import PASSWORD, REGISTERED, IrcCase, IrcPeer
from twisted_chat.clients.irc.registration import MAX_RETRIES, RETRY_DELAY
from twisted_chat.core.joining.entrance import Entrance


class RegistrationTests(IrcCase):
    """A nickname and a user name are enough."""

    def register(self, peer: IrcPeer, nick: str = "alice") -> list[str]:
        return peer.asks(f"NICK {nick}", "USER alice 0 * :Alice")

    def test_client_is_welcomed(self) -> None:
        """In either order, and cut anywhere."""
        for bytewise in (False, True):
            for commands in (
                ("NICK alice", "USER alice 0 * :Alice"),
                ("USER alice 0 * :Alice", "NICK :alice"),
            ):
                peer = self.peer(bytewise=bytewise)
                seen = peer.asks(*commands)
                self.assertRegex(seen[0], r"\A001 alice :Welcome to .*, alice!~chat@")
                peer.goes()

    def test_capabilities_are_negotiated_first(self) -> None:
        """The welcome waits for their end."""
        peer = self.peer()
        self.assertTrue(peer.asks("CAP LS 302")[0].startswith("CAP * LS "))
        self.assertEqual(self.register(peer), [])
        self.assertEqual(peer.asks("CAP REQ :batch"), ["CAP alice ACK batch"])
        self.assertTrue(peer.asks("CAP END")[0].startswith("001 alice "))

    def test_other_commands_come_later(self) -> None:
        """They are answered with 451."""
        peer = self.peer()
        self.assertEqual(peer.asks("JOIN #tea"), ["451 * :You have not registered"])
        self.assertEqual(peer.asks("CAP FOO"), ["410 * FOO :Invalid CAP command"])
        self.assertEqual(peer.asks("PONG x", "ERROR :x", ":x"), [])
        self.assertEqual(peer.asks("PING x"), ["PONG chat.server :x"])

    def test_what_is_missing_is_named(self) -> None:
        """A parameter, or a text in it."""
        peer = self.peer()
        few = ":Not enough parameters"
        self.assertEqual(peer.asks("NICK"), ["431 * :No nickname given"])
        self.assertEqual(peer.asks("NICK :"), ["431 * :No nickname given"])
        self.assertEqual(peer.asks("USER alice"), [f"461 * USER {few}"])
        self.assertEqual(peer.asks("USER alice 0 * :"), [f"461 * USER {few}"])
        self.assertEqual(peer.asks("CAP"), [f"461 * CAP {few}"])

    def test_nickname_that_is_refused_may_be_replaced(self) -> None:
        """At once, or when the registration ends."""
        peer = self.peer()
        self.assertEqual(
            peer.asks("NICK eve"), ["433 * eve :Nickname is already in use"]
        )
        self.assertTrue(peer.asks("NICK a%b")[0].startswith("432 * a%b :"))
        self.assertTrue(peer.asks("NICK NickServ")[0].startswith("432 * NickServ :"))
        self.assertTrue(self.register(peer)[0].startswith("001 alice "))

    def test_client_that_comes_back_at_once_keeps_its_nickname(self) -> None:
        """Also before everyone was shown that it had left."""
        alice = self.irc("alice")
        alice.protocol.dataReceived(b"QUIT\r\n")
        self.assertTrue(alice.is_closed)
        again = self.peer()
        again.protocol.dataReceived(b"NICK ALICE\r\nUSER alice 0 * :Alice\r\n")
        self.assertEqual(again.sees(), [])
        alice.goes()
        self.room.advance(RETRY_DELAY)
        self.settle()
        self.assertTrue(again.sees()[0].startswith("001 ALICE "))

    def test_nickname_that_looks_like_one_in_use_is_refused_at_once(self) -> None:
        """Its owner is present under another name."""
        self.irc("alice")
        peer = self.peer()
        seen = peer.asks("NICK a1ice", "USER alice 0 * :Alice")
        self.assertEqual(seen, ["433 * a1ice :Nickname is already in use"])

    def test_nickname_whose_owner_stays_is_refused_in_the_end(self) -> None:
        """The client that comes back may ask for another then."""
        alice = self.irc("alice")
        alice.protocol.dataReceived(b"QUIT\r\n")
        again = self.peer()
        again.sends("NICK alice", "USER alice 0 * :Alice")
        self.room.advance(RETRY_DELAY * (MAX_RETRIES + 1))
        self.assertEqual(again.sees(), ["433 * alice :Nickname is already in use"])

    def test_client_may_be_away_from_the_beginning(self) -> None:
        """If it has the capability."""
        peer = self.peer()
        self.assertEqual(peer.asks("AWAY :out"), ["451 * :You have not registered"])
        peer.sends("CAP LS 302", "CAP REQ draft/pre-away")
        self.assertEqual(
            peer.asks("AWAY :out"), ["306 * :You have been marked as being away"]
        )
        self.assertEqual(
            peer.asks("AWAY"), ["305 * :You are no longer marked as being away"]
        )
        peer.sends("AWAY :tea", "NICK alice", "USER alice 0 * :Alice", "CAP END")
        self.settle()
        member = self.room.chat.pool.named("alice")
        assert member is not None
        self.assertEqual(member.away, "tea")

    def test_limits_may_be_asked_for_first(self) -> None:
        """As a batch, if the client has the capability; also later."""
        peer = self.peer()
        self.assertEqual(peer.asks("ISUPPORT"), ["451 * :You have not registered"])
        peer.sends("CAP LS 302", "CAP REQ :draft/extended-isupport batch")
        begin, *lines, end = peer.asks("ISUPPORT")
        self.assertTrue(begin.endswith(" draft/isupport"), begin)
        self.assertTrue(all(" 005 * " in line for line in lines))
        self.assertTrue(end.startswith("BATCH -"))
        self.register(peer)
        welcome = peer.asks("CAP END")
        self.assertTrue(any(line.endswith(" draft/isupport") for line in welcome))
        self.assertEqual(len(peer.asks("ISUPPORT")), len(lines) + 2)

    def test_line_that_is_not_a_message_is_refused(self) -> None:
        """With its reason; an empty one is ignored."""
        peer = self.peer()
        peer.sends_bytes(b"NICK \xff\r\n:x\r\n")
        (line,) = peer.sees()
        self.assertIn("not UTF-8", line)
        self.assertEqual(
            peer.asks("NICK " + "x" * 600), ["417 * :Input line was too long"]
        )

    def test_client_that_quits_is_disconnected(self) -> None:
        """Nobody has been shown it."""
        peer = self.peer()
        self.assertEqual(
            peer.asks("NICK alice", "QUIT", "NICK bob"), ["ERROR :Closing link: Quit"]
        )
        self.assertTrue(peer.is_closed)


class PasswordTests(IrcCase):
    """The password of the server."""

    def setUp(self) -> None:
        super().setUp()
        self.room.chat.entrance = Entrance("sesame", self.room.chat.runtime)

    def test_right_password_lets_in(self) -> None:
        """Before NICK and USER."""
        peer = self.peer()
        seen = peer.asks("PASS sesame", "NICK alice", "USER alice 0 * :Alice")
        self.assertTrue(seen[0].startswith("001 "))

    def test_other_clients_are_disconnected(self) -> None:
        """With a wrong one, or none."""
        for commands in ((), ("PASS no",)):
            peer = self.peer()
            seen = peer.asks(*commands, "NICK alice", "USER alice 0 * :Alice")
            self.assertEqual(seen[0], "464 * :wrong password")
            self.assertTrue(seen[1].startswith("ERROR :Closing link: Access denied"))
            self.assertTrue(peer.is_closed)


class SaslTests(IrcCase):
    """Logging in before the registration ends."""

    def setUp(self) -> None:
        super().setUp()
        self.account("bob")

    def plain(self, name: str, password: str) -> str:
        return b64encode(f"\0{name}\0{password}".encode()).decode()

    def log_in(self, peer: IrcPeer, password: str = PASSWORD) -> list[str]:
        response = self.plain("bob", password)
        return peer.asks("AUTHENTICATE PLAIN", f"AUTHENTICATE {response}")

    def test_sasl_is_offered(self) -> None:
        """With its mechanisms."""
        seen = " ".join(self.peer().asks("CAP LS 302"))
        self.assertIn("sasl=PLAIN,SCRAM-SHA-256", seen)
        self.assertIn("draft/account-registration", seen)

    def test_second_client_of_an_account_is_shown_its_rooms(self) -> None:
        """With as many messages as all others, also if some were deleted."""
        first = self.peer()
        first.asks("CAP LS 302", "CAP REQ :sasl", "NICK bob", "USER b 0 * :B")
        self.log_in(first)
        first.asks("CAP END", "JOIN #lobby")
        texts = [f"text {number}" for number in range(11)]
        self.eve.types(*texts, r"\delete")
        second = self.peer()
        second.asks("CAP LS 302", "CAP REQ :sasl", "NICK bob", "USER b 0 * :B")
        self.log_in(second)
        shown = [line for line in second.asks("CAP END") if " PRIVMSG " in line]
        self.assertEqual([line.rpartition(":")[2] for line in shown], texts[:10])

    def test_client_joins_as_its_account(self) -> None:
        """Under the nickname that it asked for."""
        for nick in ("bob", "robert"):
            peer = self.peer()
            peer.asks("CAP LS 302", "CAP REQ :sasl", f"NICK {nick}")
            peer.sends("USER b 0 * :B")
            seen = self.log_in(peer)
            self.assertEqual(seen[0], "AUTHENTICATE +")
            self.assertRegex(seen[1], rf"\A900 \* {nick}!~chat@\S+ bob :You are")
            self.assertEqual(seen[2], "903 * :SASL authentication successful")
            (welcome, *_) = peer.asks("CAP END")
            self.assertTrue(welcome.startswith(f"001 {nick} "), welcome)
            member = self.room.chat.pool.named_as(nick)
            assert member is not None
            self.assertEqual(member.account, "bob")
            peer.goes()

    def test_registered_nickname_is_refused_when_the_registration_ends(self) -> None:
        """And not before: the client may still log in."""
        peer = self.peer()
        peer.sends("CAP LS 302")
        self.assertEqual(peer.asks("NICK bob", "USER b 0 * :B"), [])
        self.assertEqual(peer.asks("CAP END"), [f"433 * bob :bob {REGISTERED}"])
        self.log_in(peer)
        self.assertTrue(peer.asks("NICK bob")[0].startswith("001 bob "))

    def test_name_of_another_account_is_refused(self) -> None:
        """Whoever one is."""
        self.account("carol")
        peer = self.peer()
        peer.sends("CAP LS 302", "NICK carol", "USER b 0 * :B")
        self.log_in(peer)
        self.assertEqual(peer.asks("CAP END"), [f"433 * carol :carol {REGISTERED}"])
        self.assertTrue(peer.asks("NICK bob")[0].startswith("001 bob "))

    def test_second_client_has_the_nickname_of_its_member(self) -> None:
        """One member has one nickname."""
        for nick in ("robert", "bobby"):
            peer = self.peer()
            peer.sends("CAP LS 302", f"NICK {nick}", "USER b 0 * :B")
            self.log_in(peer)
            self.assertTrue(peer.asks("CAP END")[0].startswith("001 robert "))
        self.assertEqual(len(self.room.chat.pool), 2)

    def test_wrong_password_leaves_a_guest(self) -> None:
        """It may try again, or not."""
        peer = self.peer()
        peer.sends("CAP LS 302", "NICK rob", "USER b 0 * :B")
        seen = self.log_in(peer, password="no")
        self.assertEqual(
            seen[1], "904 * :SASL authentication failed: wrong name or password"
        )
        self.assertTrue(peer.asks("CAP END")[0].startswith("001 rob "))
        self.assertEqual(self.room.chat.pool.named_as("rob").account, "")  # type: ignore[union-attr]

    def test_what_follows_waits_for_the_answer(self) -> None:
        """Also if it was received together with the response."""
        compute: list[Callable[[], object]] = []

        async def in_thread(
            _cause: object, function: Callable[[], object], /, check: object
        ) -> object:
            done: Deferred[object] = Deferred()
            compute.append(lambda: done.callback(function()))
            return await done

        runtime = replace(self.room.chat.runtime, in_thread=in_thread)  # type: ignore[arg-type]
        self.room.chat.accounts._runtime = runtime
        peer = self.peer()
        peer.sends("CAP LS 302", "AUTHENTICATE PLAIN")
        response = self.plain("bob", PASSWORD)
        seen = peer.asks(
            f"AUTHENTICATE {response}", "NICK bob", "USER b 0 * :B", "CAP END"
        )
        self.assertEqual(seen, [])
        compute[0]()
        self.settle()
        seen = peer.sees()
        self.assertEqual([line[:3] for line in seen[:3]], ["900", "903", "001"])

    def test_exchange_that_is_not_over_is_aborted(self) -> None:
        """When the registration ends."""
        peer = self.peer()
        peer.sends("CAP LS 302", "NICK rob", "USER b 0 * :B", "AUTHENTICATE PLAIN")
        aborted, welcome, *_ = peer.asks("CAP END")
        self.assertEqual(aborted, "906 * :SASL authentication aborted")
        self.assertTrue(welcome.startswith("001 rob "))

    def test_client_that_is_gone_meanwhile_is_no_error(self) -> None:
        """Its password may be hashed when the connection is lost."""
        peer = self.peer()
        peer.sends("CAP LS 302", "NICK bob", "USER b 0 * :B", "AUTHENTICATE PLAIN")
        real = self.room.chat.accounts.log_in

        async def log_in(*arguments: object) -> object:
            peer.goes()
            return await real(*arguments)  # type: ignore[arg-type]

        self.patch(self.room.chat.accounts, "log_in", log_in)
        peer.sends(f"AUTHENTICATE {self.plain('bob', PASSWORD)}", "CAP END")
        self.assertIsNone(self.room.chat.pool.named_as("bob"))

    def test_account_is_registered_after_the_connection(self) -> None:
        """REGISTER says so."""
        (line,) = self.peer().asks("REGISTER * * secret")
        self.assertTrue(
            line.startswith("FAIL REGISTER COMPLETE_CONNECTION_REQUIRED * :")
        )
