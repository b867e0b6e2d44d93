"""Tests of twisted_chat.clients.password_routes."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.password_routes import has_password


class PasswordRoutesTests(SynchronousTestCase):
    """Words that may be mistyped routes with a password."""

    def test_one_wrong_letter_is_recognized(self) -> None:
        """Missing, superfluous, another or misplaced; in any case."""
        for word in (
            *("logn", "loggin", "lofin", "lgoin", "LOGNI", "logins", "Login"),
            *("regsiter", "registr", "regiser", "pasword", "passwords", "unregistr"),
        ):
            self.assertTrue(has_password(word), word)

    def test_what_other_chats_call_it_is_recognized(self) -> None:
        """Such as IRC."""
        for word in ("identify", "NickServ", "ns", "auth", "passwd"):
            self.assertTrue(has_password(word), word)

    def test_other_words_are_not(self) -> None:
        """They are messages."""
        for word in ("", "shrug", "log", "logout", "long", "nick", "path", "ping"):
            self.assertFalse(has_password(word), word)
