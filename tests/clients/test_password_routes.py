"""Tests of twisted_chat.clients.password_routes."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.password_routes import meant_route

LOGIN, REGISTER = "\\login NAME PASSWORD", "\\register PASSWORD"
OPERATOR = "\\operator CODE"


class PasswordRoutesTests(SynchronousTestCase):
    """Words that may be mistyped routes with a password."""

    def assert_means(self, route: str | None, *words: str) -> None:
        for word in words:
            self.assertEqual(meant_route(word), route, word)

    def test_one_wrong_letter_is_recognized(self) -> None:
        """Missing, superfluous, another or misplaced; in any case."""
        self.assert_means(LOGIN, "logn", "loggin", "lofin", "lgoin", "LOGNI", "logins")
        self.assert_means(LOGIN, "identfy", "idenitfy")
        self.assert_means(REGISTER, "regsiter", "registr", "regiser", "Register")
        self.assert_means("\\password OLD NEW", "pasword", "passwords")
        self.assert_means("\\unregister PASSWORD", "unregistr")
        self.assert_means(OPERATOR, "opertor", "operater")

    def test_what_others_call_it_is_recognized(self) -> None:
        """Other chats, such as IRC, and people for short."""
        self.assert_means(LOGIN, "identify", "NickServ", "ns", "auth", "passwd")
        self.assert_means(LOGIN, "pass", "pw", "signin", "logon")
        self.assert_means(REGISTER, "reg", "signup")
        self.assert_means(OPERATOR, "oper")

    def test_signs_within_are_ignored(self) -> None:
        """Whatever stands between or behind the letters."""
        self.assert_means(LOGIN, "log_in", "log-in", "sign-in", "login:", "login/")

    def test_two_words_are_recognized(self) -> None:
        """Also with a blank behind the slash."""
        for word, rest, route in (
            ("", "login gus secret", LOGIN),
            ("", "logni gus secret", LOGIN),
            ("", "operator ABCD", OPERATOR),
            ("log", "in gus secret", LOGIN),
            ("sign", "in", LOGIN),
            ("", "", None),
            ("", "join tea", None),
            ("", "o/ login", None),
            ("o/", "login", None),
            ("log", "this", None),
            ("re", "login", None),
        ):
            self.assertEqual(meant_route(word, rest), route, (word, rest))

    def test_other_words_are_not(self) -> None:
        """They are messages."""
        self.assert_means(None, "", "shrug", "log", "logout", "long", "nick", "path")
        self.assert_means(None, "ping", "opera", "etc/passwd", "region", "open", "pas")
