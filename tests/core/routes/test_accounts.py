r"""The routes of accounts, such as ``\register``, as their users see them."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.support.account_case import SECRET, AccountCase

OTHER = "battery staple"


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
                ["error: there is no message of yours here"],
            )
        self.bob.types("\\history")
        self.assertIn("bob: mine", self.bob.sees())
