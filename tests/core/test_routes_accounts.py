r"""The routes of accounts, such as ``\register``, as their users see them."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred

from tests.support.account_case import SECRET, AccountCase
from twisted_chat.core.accounts.accounts import Peer
from twisted_chat.core.accounts.policy import Mode, Policy
from twisted_chat.core.replies import Request
from twisted_chat.testing import TestChat
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


class PasswordTests(AccountCase):
    r"""``\password`` and ``\unregister``."""

    def setUp(self) -> None:
        super().setUp()
        self.bob.types("\\register old-password")
        self.bob.sees()

    def test_changed_password_is_the_one_to_log_in_with(self) -> None:
        """The former one is not."""
        found = self.replies(self.bob, "\\password old-password new-password")
        self.assertEqual(found, ["password changed"])
        guest = self.newcomer()
        guest.types("\\login bob old-password", "\\login bob new-password")
        error, *_, last = guest.sees()
        self.assertEqual(error, "error: wrong name or password")
        self.assertEqual(last, "logged in as bob")

    def test_passwords_are_asked_for(self) -> None:
        """With blanks, too."""
        self.bob.types("\\password", "old-password", SECRET)
        shown = self.bob.connection.take().decode()
        self.assertEqual(shown, "password: new password: password changed\r\n")

    def test_device_that_changes_the_password_stays_logged_in(self) -> None:
        """It gets no token that it is not told."""
        values, area = self.room.journal.values, self.bob.client.member_id
        self.bob.types("\\password old-password new-password")
        tokens = Deferred.fromCoroutine(values.load(f"token{area}/"))
        self.assertEqual(self.successResultOf(tokens), {})
        session = self.bob.client.session
        self.bob.leaves()
        self.assertEqual(self.room.client(session=session).client.account, "bob")

    def test_other_devices_do_not_resume_after_the_password_was_changed(self) -> None:
        """They are guests until they log in with the new one."""
        tablet = self.newcomer()
        tablet.types("\\login bob old-password")
        session = tablet.client.session
        self.bob.types("\\password old-password new-password")
        self.assertEqual(tablet.client.account, "bob")
        tablet.leaves()
        back = self.room.client(session=session)
        self.assertEqual(back.client.account, "")
        self.assertRegex(back.nick, "guest_")

    def test_wrong_old_password_is_refused(self) -> None:
        """Nothing is changed."""
        self.assertEqual(
            self.replies(self.bob, "\\password wrong new-password"),
            ["error: wrong name or password"],
        )

    def test_new_password_alone_may_be_asked_for(self) -> None:
        """Like every password that is left out."""
        self.bob.types("\\password old-password", "new-password")
        self.assertEqual(self.bob.connection.take(), b"password: password changed\r\n")
        self.assertEqual(
            self.replies(self.bob, "\\password old-password new-again"),
            ["error: wrong name or password"],
        )

    def test_empty_line_cancels(self) -> None:
        """The password stays as it is, and the next line is a message."""
        self.bob.types("\\password old-password", "  ", "hi")
        shown = self.bob.connection.take().decode()
        self.assertEqual(shown, "password: error: no password given\r\nbob: hi\r\n")

    def test_unregistered_account_is_no_more(self) -> None:
        """All its devices are guests, and its name is free."""
        tablet = self.newcomer()
        tablet.types("\\login bob old-password")
        self.alice.sees()
        tablet.sees()
        self.bob.types("\\unregister old-password")
        self.assertIn("unregistered: bob", self.bob.sees())
        for device in (self.bob, tablet):
            self.assertEqual(device.client.account, "")
            self.assertRegex(device.nick, "guest_")
        self.assertNotEqual(self.bob.nick, tablet.nick)
        self.alice.sees()
        self.alice.types("\\nick bob")
        self.assertEqual(self.alice.nick, "bob")

    def test_next_account_of_the_name_is_another(self) -> None:
        """It inherits nothing."""
        former = self.bob.client.member_id
        self.bob.types("\\unregister old-password", "\\nick bob")
        self.bob.types(f"\\register {SECRET}")
        self.assertEqual(self.bob.sees()[-1], "registered: bob")
        self.assertNotEqual(self.bob.client.member_id, former)

    def test_next_account_of_the_name_is_not_the_author_of_former_messages(
        self,
    ) -> None:
        """Not even the one whose client sent them."""
        self.bob.types("mine", "\\unregister old-password", "\\nick bob")
        self.bob.types(f"\\register {SECRET}")
        self.bob.sees()
        for typed in ("\\delete", "\\edit others"):
            self.assertEqual(
                self.replies(self.bob, typed),
                ["error: you have said nothing here yet"],
            )
        self.bob.types("\\history")
        self.assertIn("bob: mine", self.bob.sees())


class OperatorTests(AccountCase):
    r"""``\operator`` and what operators may do."""

    def setUp(self) -> None:
        super().setUp()
        self.code = self.room.chat.operator_code

    def make_operator(self) -> None:
        self.register()
        self.assertEqual(
            self.replies(self.bob, f"\\operator {self.code}"),
            ["you are an operator now"],
        )

    def test_code_makes_the_first_operator_once(self) -> None:
        """Typed in whatever case."""
        self.assertRegex(self.code, r"\A[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\Z")
        self.code = self.code.lower()
        self.make_operator()
        self.assertIn(self.bob.client.member, self.room.chat.operators)
        self.register(self.alice)
        self.assertEqual(
            self.replies(self.alice, f"\\operator {self.code}"),
            ["error: wrong operator code"],
        )
        self.assertEqual(
            self.replies(self.alice, "\\operator bob"),
            ["error: only operators may use \\operator NAME"],
        )

    def test_code_is_for_accounts_only(self) -> None:
        """A guest could not be an operator tomorrow, and is told what to do."""
        (line,) = self.replies(self.bob, f"\\operator {self.code}")
        self.assertEqual(
            line,
            "error: an operator needs an account: \\register PASSWORD first, "
            "or \\login NAME",
        )

    def test_code_may_be_typed_with_blanks(self) -> None:
        """Instead of dashes, or with nothing between."""
        for former, typed in (("-", " "), (" ", "")):
            self.code = self.code.replace(former, typed)
        self.make_operator()

    def test_wrong_code_is_called_that(self) -> None:
        """However it was typed; it counts as an attempt."""
        self.register()
        for typed in ("ABCD-EFGH-JKLM", "abcd efgh jklm", "ABCDEFGHJKLM"):
            self.assertEqual(
                self.replies(self.bob, f"\\operator {typed}"),
                ["error: wrong operator code"],
            )
        self.replies(self.bob, *["\\operator ABCD EFGH JKLM"] * 2)
        (line,) = self.replies(self.bob, f"\\operator {self.code}")
        self.assertIn("too many attempts", line)

    def test_code_is_not_shown_to_others(self) -> None:
        """Whatever it is typed as; once there is an operator it is any text."""
        plain = self.code.replace("-", " ").lower()
        refused = (
            "error: not shown: this is the operator code (\\operator CODE uses it)"
        )
        for line in (
            *(self.code, plain, f"operator {self.code}", f"\\me {self.code}"),
            *(f"\\dm alice {self.code}", f"\\topic {self.code}"),
        ):
            self.assertEqual(self.replies(self.bob, line), [refused], line)
        self.make_operator()
        self.bob.types(plain)
        self.assertEqual(self.both(), [f"bob: {plain}"])

    def test_attempts_to_guess_the_code_are_limited(self) -> None:
        """As passwords."""
        self.register()
        self.replies(self.bob, *["\\operator AAAA-AAAA-AAAA"] * 5)
        (line,) = self.replies(self.bob, f"\\operator {self.code}")
        self.assertIn("too many attempts", line)

    def test_operators_make_and_remove_operators(self) -> None:
        """But for the last one."""
        self.make_operator()
        self.register(self.alice)
        self.assertEqual(
            self.replies(self.bob, "\\operator bob off"),
            ["error: bob is the last operator"],
        )
        self.assertEqual(
            self.replies(self.bob, "\\operator ALICE"), ["alice is an operator now"]
        )
        self.assertEqual(
            self.replies(self.alice, "\\operator bob off"),
            ["bob is no longer an operator"],
        )
        self.assertNotIn(self.bob.client.member, self.room.chat.operators)
        self.assertEqual(
            self.replies(self.alice, f"\\unregister {SECRET}"),
            ["error: you are the last operator: \\operator NAME first"],
        )
        (line,) = self.replies(self.alice, "\\operator nobody")
        self.assertEqual(line, "error: no account is called nobody")

    def test_operator_adds_an_account_for_someone_else(self) -> None:
        """A guest who has the name gets a guest's."""
        self.make_operator()
        carol = self.newcomer("caro1")
        self.bob.types("\\register Carol first-password")
        self.assertRegex(carol.nick, "guest_")
        shown = f"caro1: is now known as {carol.nick}"
        self.assertEqual(self.alice.sees(), [shown])
        self.assertEqual(self.bob.sees(), ["registered: Carol", shown])
        carol.sees()
        carol.types("\\login carol first-password")
        self.assertEqual(carol.sees()[-1], "logged in as Carol")
        self.assertEqual(
            self.replies(self.bob, "\\register dave"),
            ["error: usage: \\register NAME PASSWORD"],
        )

    def test_messages_of_operators_are_deleted_by_nobody_else(self) -> None:
        """Also those under another name, and while the operator is away."""
        self.make_operator()
        self.bob.types("\\nick robert", "under another name", "\\nick bob", "mine")
        self.alice.types("\\nick robert", "by a guest", "\\join tea", "first", "third")
        self.bob.types("\\join tea", "\\nick robbie", "second")
        self.assertIn("robbie: second", self.alice.sees())
        # Alice has opened the room.
        refused = ["error: robbie is an operator"]
        self.assertEqual(self.replies(self.alice, "\\delete robbie"), refused)
        self.bob.types("\\nick bob", "\\leave")
        self.alice.sees()
        refused = ["error: robbie has said nothing here lately"]
        self.assertEqual(self.replies(self.alice, "\\delete robbie 5"), refused)
        self.bob.types("\\quit")
        refused = ["error: bob is an operator"]
        self.assertEqual(self.replies(self.alice, "\\delete bob"), refused)
        self.alice.types("\\delete robert 5")
        self.assertEqual(self.alice.sees(), ["robert: deleted 2 messages of robert"])

    def test_operator_sets_a_password_that_was_lost(self) -> None:
        """The former one and all tokens are void; the audit log has it."""
        self.make_operator()
        self.alice.types(f"\\register {SECRET}")
        self.bob.sees()
        asked = self.replies(self.bob, "\\setpassword ALICE", "new-password")
        self.assertEqual(asked, ["password: password of alice changed"])
        carol = self.newcomer()
        refused = "error: wrong name or password"
        self.assertEqual(self.replies(carol, f"\\login alice {SECRET}"), [refused])
        carol.types("\\login alice new-password")
        self.assertIn("logged in as alice", carol.sees())
        self.assertRegex(
            self.replies(self.bob, "\\audit 1")[0], "bob setpassword alice$"
        )

    def test_some_passwords_are_set_by_nobody_else(self) -> None:
        """Operators', and one's own, which must be known; others set none."""
        self.make_operator()
        self.alice.types(f"\\register {SECRET}")
        for client, typed, refused in (
            (self.alice, "bob new-password", "only operators may use \\setpassword"),
            (self.bob, "bob new-password", "your own: \\password OLD NEW"),
            (self.bob, "alice short", "a password has at least 8 characters"),
            (self.bob, "eve new-password", "no account is called eve"),
        ):
            (line,) = self.replies(client, f"\\setpassword {typed}")
            self.assertIn(f"error: {refused}", line)
        self.bob.types("\\operator alice")
        (line,) = self.replies(self.bob, "\\setpassword alice new-password")
        self.assertEqual(line, "error: alice is an operator")

    def test_acts_are_in_the_audit_log(self) -> None:
        """Those that were refused are not, and passwords never."""
        self.make_operator()
        self.register(self.alice)
        self.replies(
            self.bob,
            "\\operator bob off",
            "\\operator alice",
            "\\operator alice off",
            "\\register carol first-password",
        )
        lines = self.replies(self.bob, "\\audit")
        self.assertEqual(
            [line.split(" bob ")[1] for line in lines],
            ["operator bob", "operator alice", "operator off alice", "register carol"],
        )

    def test_others_cannot_add_accounts(self) -> None:
        """They have one."""
        self.make_operator()
        self.register(self.alice)
        (line,) = self.replies(self.alice, "\\register carol first-password")
        self.assertIn("only operators add other accounts", line)

    def test_two_operators_do_not_remove_each_other(self) -> None:
        """Whoever is first stays one."""
        self.make_operator()
        self.register(self.alice)
        self.bob.types("\\operator alice")
        self.alice.sees()
        self.bob.sees()
        with self.room.together():
            self.bob.types("\\operator alice off")
            self.alice.types("\\operator bob off")
        told = [*self.bob.sees(), *self.alice.sees()]
        self.assertEqual(
            told,
            ["alice is no longer an operator", "error: bob is the last operator"],
        )
        self.assertEqual(self.room.chat.operators.ids, {self.bob.client.member_id})

    def test_two_operators_do_not_both_unregister(self) -> None:
        """The second one is the last."""
        self.make_operator()
        self.register(self.alice)
        self.bob.types("\\operator alice")
        self.alice.sees()
        self.bob.sees()
        with self.room.together():
            self.bob.types(f"\\unregister {SECRET}")
            self.alice.types(f"\\unregister {SECRET}")
        self.assertIn("unregistered: bob", self.bob.sees())
        self.assertIn(
            "error: you are the last operator: \\operator NAME first",
            self.alice.sees(),
        )

    def test_removal_that_a_crash_has_interrupted_is_done_by_the_next_start(
        self,
    ) -> None:
        """It is no operator, and its rooms are nobody's."""
        self.make_operator()
        self.register(self.alice)
        self.bob.types("\\operator alice", "\\join tea")
        self.assertEqual(
            self.room.chat.moderation.owned_by(self.bob.client.member_id), ["tea"]
        )
        accounts, operators = self.room.chat.accounts, self.room.chat.operators
        account_id = self.bob.client.member_id

        async def remove() -> None:
            account = await accounts.find("bob")
            assert account is not None
            await accounts.unregister(account, SECRET, Peer(""), operators)

        self.room.spawn(remove())
        self.room.settle()
        again = TestChat(journal=self.room.journal, policy=self.policy)
        self.assertNotIn(account_id, again.chat.operators.ids)
        self.assertEqual(again.chat.moderation.owned_by(account_id), [])
        removed = again.chat.accounts.removed()
        self.assertEqual(self.successResultOf(Deferred.fromCoroutine(removed)), {})

    def test_operators_are_known_after_a_restart(self) -> None:
        """And there is no code any more."""
        self.make_operator()
        again = TestChat(journal=self.room.journal, policy=self.policy)
        self.assertEqual(again.chat.operator_code, "")
        self.assertEqual(again.chat.operators.ids, {self.bob.client.member_id})

    def test_code_is_the_same_until_it_is_used(self) -> None:
        """Also for several servers."""
        again = TestChat(journal=self.room.journal, policy=self.policy)
        self.assertEqual(again.chat.operator_code, self.code)


class ClosedTests(AccountCase):
    """``--accounts closed``."""

    policy = Policy(Mode.CLOSED, costs=CHEAP)

    def test_only_operators_add_accounts(self) -> None:
        """Nobody else registers a name; but until there is one, anyone may."""
        self.register()
        self.register(self.alice)
        carol, code = self.newcomer("carol"), self.room.chat.operator_code
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


class ReadTests(AccountCase):
    """How far an account has read."""

    def test_what_is_no_message_is_read_up_to_the_message_before(self) -> None:
        """A page marks an arrival, perhaps late; what was said since is not read."""
        self.register()
        self.alice.types("one")
        self.newcomer("carol")
        arrival = self.room.chat.pool.position
        self.alice.types("two")
        last = self.room.chat.pool.position
        self.room.advance(5)
        member_id = self.bob.client.member_id
        for position in (arrival, last):
            words = ("lobby", position)
            self.bob.asks(Request("read_up_to", "", internal=True, words=words))

            async def read() -> str:
                known = await self.room.chat.account_logins.read(member_id)
                return known["lobby"].position

            found = self.successResultOf(Deferred.fromCoroutine(read()))
            self.assertEqual(found, position)
