"""Tests of twisted_chat.core.accounts.session_order."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.accounts.session_order import SessionOrder


class SessionOrderTests(SynchronousTestCase):
    """Which sessions are forgotten first."""

    def setUp(self) -> None:
        self.order = SessionOrder()

    def surplus(self, now: float = 0, most: int = 100, of_account: int = 100) -> str:
        return "".join(self.order.surplus(now, most=most, of_account=of_account))

    def test_ended_sessions_are_forgotten(self) -> None:
        """The oldest first."""
        for until, key in enumerate("abc", 1):
            self.order.add(key, "@1", until)
        self.assertEqual(self.surplus(2), "ab")
        self.assertEqual((self.surplus(2), len(self.order)), ("", 1))

    def test_account_that_has_most_loses_its_oldest(self) -> None:
        """Until no account has more than another."""
        for key in "abcdef":
            self.order.add(key, "@2" if key in "ae" else "@1", 9)
        self.assertEqual(self.surplus(most=4), "bc")
        self.assertEqual(self.surplus(of_account=1), "ad")

    def test_session_that_begins_again_is_the_latest(self) -> None:
        """Also as that of another account."""
        for key in "ab":
            self.order.add(key, "@1", 5)
        self.order.add("a", "@2", 9)
        self.assertEqual(self.surplus(5), "b")
        self.order.remove("a")
        self.order.remove("a")
        self.assertEqual((self.surplus(9), len(self.order)), ("", 0))
