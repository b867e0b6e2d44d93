"""Registering, logging in and out, as users see it."""

from __future__ import annotations

from twisted.internet.address import IPv4Address

from tests.support.account_case import SECRET, AccountCase
from twisted_chat.core.accounts.policy import Mode, Policy
from twisted_chat.testing.chat import CHEAP

OTHER = "battery staple"


class RegisterTests(AccountCase):
    r"""``\register``."""

    def test_nickname_becomes_an_account(self) -> None:
        """Which only the one who registers is told; it is logged in."""
        self.register()
        self.assertEqual(self.bob.client.account, "bob")
        self.assertTrue(self.bob.client.member_id.startswith("@"))
        self.bob.types("hi")
        self.assertEqual(self.both(), ["bob: hi"])
        self.assertEqual(
            self.replies(self.bob, f"\\register {OTHER}"),
            ["error: you are logged in as bob: only operators add other accounts"],
        )

    def test_guest_name_cannot_be_registered(self) -> None:
        """It is anyone's."""
        guest = self.newcomer()
        (line,) = self.replies(guest, f"\\register {SECRET}")
        self.assertEqual(
            line, "error: a guest's name cannot be registered: \\nick NAME first"
        )

    def test_short_password_is_refused(self) -> None:
        """With the rule, and without the password."""
        (line,) = self.replies(self.bob, "\\register secret")
        self.assertEqual(
            line, "error: a password has at least 8 characters: choose another"
        )

    def test_password_that_is_left_out_is_asked_for(self) -> None:
        """It is the next line."""
        self.bob.sees()
        self.bob.types("\\register")
        self.assertEqual(self.bob.connection.take(), b"password: ")
        self.bob.types(SECRET, "hi")
        self.assertEqual(self.bob.sees(), ["registered: bob", "bob: hi"])
        self.assertEqual(self.alice.sees(), ["bob: hi"])

    def test_account_that_is_not_stored_is_not_registered(self) -> None:
        """The error says so, and bob is a guest."""
        self.room.journal.fail(what=self.room.journal.VALUES, times=None)
        (line,) = self.replies(self.bob, f"\\register {SECRET}")
        self.assertEqual(line, "error: the disk is full")
        self.assertEqual(self.bob.client.account, "")
        self.room.journal.recover()
        self.register()


class ReservationTests(AccountCase):
    """A registered name belongs to its account."""

    REFUSED = "error: bob is registered: \\login bob PASSWORD"

    def setUp(self) -> None:
        super().setUp()
        self.register()

    def test_name_is_refused_to_others_while_its_owner_is_here(self) -> None:
        """So are its case variants and what looks like it."""
        for nick in ("bob", "Bob", "b0b"):
            self.assertEqual(self.replies(self.alice, f"\\nick {nick}"), [self.REFUSED])

    def test_name_is_refused_to_others_while_its_owner_is_away(self) -> None:
        """The nickname that they have stays theirs."""
        self.bob.leaves()
        for nick in ("bob", "BOB", "b0b"):
            self.assertEqual(self.replies(self.alice, f"\\nick {nick}"), [self.REFUSED])
        self.assertEqual(self.alice.nick, "alice")
        other = self.room.client("alice")
        self.assertIn("is in use", other.sees()[0])

    def test_newcomer_that_asks_for_it_is_a_guest(self) -> None:
        """And is told why."""
        self.bob.leaves()
        newcomer = self.room.client("B0B")
        self.assertEqual(newcomer.sees()[0], self.REFUSED)
        self.assertRegex(newcomer.nick, "guest_")

    def test_client_that_resumes_does_not_get_it_back(self) -> None:
        """It was registered in the meantime, by another one."""
        guest = self.newcomer("carol")
        session = guest.client.session
        guest.leaves()
        carol = self.newcomer("carol")
        self.replies(carol, f"\\register {SECRET}")
        carol.leaves()
        back = self.room.client(session=session)
        self.assertIn("carol is registered", back.sees()[0])
        self.assertRegex(back.nick, "guest_")

    def test_owner_may_take_it_and_what_looks_like_it(self) -> None:
        """Whatever its nickname is, nobody else may."""
        for nick in ("robert", "b0b", "bob"):
            self.bob.types(f"\\nick {nick}")
            self.assertIn(f"is now known as {nick}", self.both()[0])
            self.assertEqual(self.replies(self.alice, "\\nick bob"), [self.REFUSED])
        self.assertEqual(self.bob.client.account, "bob")

    def test_refused_name_can_be_taken_once_it_is_free(self) -> None:
        """The attempt left nothing behind."""
        self.replies(self.alice, "\\nick b0b")
        self.bob.types(f"\\unregister {SECRET}")
        self.alice.types("\\nick b0b")
        self.assertEqual(self.alice.nick, "b0b")


class LogInTests(AccountCase):
    r"""``\login`` and ``\logout``."""

    def setUp(self) -> None:
        super().setUp()
        self.register()

    def test_login_brings_the_nickname(self) -> None:
        """A guest that is the first device is renamed."""
        self.bob.leaves()
        guest = self.newcomer()
        former = guest.nick
        guest.types(f"\\login BOB {SECRET}")
        shown = f"{former}: is now known as bob"
        self.assertEqual(self.alice.sees(), [shown])
        self.assertEqual(guest.sees(), [shown, "logged in as bob"])

    def test_login_of_another_device_joins_the_member(self) -> None:
        """The guest has left, nobody joins, and both see what is said."""
        guest = self.newcomer()
        former = guest.nick
        guest.types(f"\\login bob {SECRET}")
        self.assertEqual(self.both(), [f"{former}: left the chat"])
        self.assertEqual(guest.sees()[-1:], ["logged in as bob"])
        guest.types("hi")
        self.assertEqual(self.both(), ["bob: hi"])
        self.assertEqual(guest.sees(), ["bob: hi"])
        self.assertEqual(self.replies(self.alice, "\\who"), ["here (2): alice, bob"])

    def test_wrong_name_and_wrong_password_are_refused_alike(self) -> None:
        """Nobody else is shown anything."""
        guest = self.newcomer()
        for line in ("\\login bob wrong", "\\login nobody wrong", "\\login a:b x"):
            self.assertEqual(
                self.replies(guest, line), ["error: wrong name or password"]
            )
        self.assertEqual(guest.client.account, "")

    def test_password_may_have_blanks_and_be_asked_for(self) -> None:
        """As it was registered."""
        self.bob.leaves()
        guest = self.newcomer()
        guest.types("\\login bob", SECRET)
        self.assertIn(b"password: ", guest.connection.writes[0])
        self.assertEqual(guest.sees()[-1], "logged in as bob")

    def test_too_many_attempts_are_refused(self) -> None:
        """Also with the right password; another address is not held up."""
        guest = self.newcomer()
        self.replies(guest, *["\\login nobody wrong"] * 4, "\\login bob wrong")
        self.assertEqual(
            self.replies(guest, f"\\login bob {SECRET}"),
            ["error: too many attempts: wait 30 s"],
        )
        other = self.room.client(address=IPv4Address("TCP", "192.0.2.7", 1))
        other.types(f"\\login bob {SECRET}")
        self.assertEqual(other.sees()[-1], "logged in as bob")
        self.room.advance(30)
        guest.types(f"\\login bob {SECRET}")
        self.assertEqual(guest.sees()[-1], "logged in as bob")

    def test_one_who_is_logged_in_cannot_log_in_again(self) -> None:
        """The error says what to do."""
        self.assertEqual(
            self.replies(self.bob, f"\\login bob {SECRET}"),
            ["error: you are logged in as bob: \\logout first"],
        )

    def test_logout_makes_one_a_guest(self) -> None:
        """With a guest's name; the name of the account stays reserved."""
        self.bob.sees()
        self.bob.types("\\logout")
        *_, last = self.bob.sees()
        self.assertEqual(last, "logged out")
        self.assertRegex(self.bob.nick, "guest_")
        self.assertEqual(self.alice.sees(), [f"bob: is now known as {self.bob.nick}"])
        self.assertIn("is registered", self.replies(self.bob, "\\nick bob")[0])
        self.assertEqual(
            self.replies(self.bob, "\\logout"),
            ["error: you are not logged in: \\login NAME PASSWORD"],
        )

    def test_nobody_is_shown_a_password(self) -> None:
        """However the route is mistyped."""
        guest = self.newcomer()
        for line in (
            f"\\logni bob {SECRET}",
            f"/logni bob {SECRET}",
            f"\\login  bob {SECRET} x",
            f"\\nosuch {SECRET}",
            f"\\help {SECRET}",
        ):
            found = self.replies(guest, line)
            self.assertEqual(len(found), 1, line)
            self.assertNotIn("horse", found[0])
        history = self.room.chat.pool.rooms["lobby"].history()
        self.assertNotIn("horse", repr(history))
        self.assertNotIn("horse", repr(self.room.log))


class TlsTests(AccountCase):
    """``--require-tls``."""

    policy = Policy(requires_tls=True, costs=CHEAP)

    def test_password_is_not_accepted_in_clear_text(self) -> None:
        """Of whatever route; nothing is asked for."""
        for line in (f"\\register {SECRET}", f"\\login bob {SECRET}", "\\register"):
            self.assertEqual(
                self.replies(self.bob, line),
                ["error: passwords are accepted only over TLS"],
            )


class ClosedTests(AccountCase):
    """``--accounts closed``."""

    policy = Policy(Mode.CLOSED, costs=CHEAP)

    def test_only_operators_add_accounts(self) -> None:
        """Nobody else registers a name; but until there is one, anyone may."""
        self.register()
        self.register(self.alice)
        carol, code = self.newcomer("carol"), self.room.chat.operators.code
        self.replies(self.bob, f"\\operator {code}")
        self.assertEqual(
            self.replies(carol, f"\\register {SECRET}"),
            ["error: only operators add accounts: ask one of them"],
        )


class RequiredTests(AccountCase):
    """``--accounts required``."""

    policy = Policy(Mode.REQUIRED, costs=CHEAP)
    REFUSED = "error: log in first: \\login NAME PASSWORD, or \\register PASSWORD"

    def test_guest_says_nothing(self) -> None:
        """Neither to all nor to one."""
        for line in ("hi", "\\me waves", "\\dm alice hi", "\\topic tea", "\\away tea"):
            self.assertEqual(self.replies(self.bob, line), [self.REFUSED])
        self.assertEqual(self.replies(self.bob, "", "  "), [])
        self.bob.types("\\quit bye")
        self.assertEqual(self.alice.sees(), ["bob: left the chat"])

    def test_guest_is_away_without_a_text(self) -> None:
        """Also one that gives it as it connects."""
        carol = self.room.client("carol", away="my text")
        self.assertIn("carol: is away (away)", self.alice.sees())
        self.assertIn(self.REFUSED, carol.sees())

    def test_guest_removes_others_without_a_reason(self) -> None:
        """The reason would be shown."""
        for client in (self.bob, self.alice):
            client.types("\\join tea")
        self.assertEqual(self.replies(self.bob, "\\kick alice why"), [self.REFUSED])
        self.bob.types("\\kick alice")
        self.assertEqual(self.bob.sees(), ["bob: kicked alice"])

    def test_guest_reads_and_asks(self) -> None:
        """And has a nickname, to register it."""
        for line in ("\\who", "\\history", "\\help who", "\\topic", "\\rooms"):
            self.assertNotIn("error", "".join(self.replies(self.bob, line)))
        self.register()
        self.bob.types("hi")
        self.assertEqual(self.both(), ["bob: hi"])
