"""Origin checks: which web pages may connect."""

from __future__ import annotations

from twisted.trial import unittest

from twisted_chat.net.origins import Origins

HOST = b"chat.example:3000"


class OriginTests(unittest.SynchronousTestCase):
    """Pages of other sites cannot connect with their visitor's address."""

    def test_request_without_an_origin_is_allowed(self) -> None:
        """Programs other than browsers send none."""
        self.assertTrue(Origins()(None, HOST))
        self.assertTrue(Origins()(None, b""))

    def test_own_page_is_allowed(self) -> None:
        """With and without TLS, in any case of letters."""
        for origin in (b"http://chat.example:3000", b"https://CHAT.example:3000"):
            self.assertTrue(Origins()(origin, HOST))

    def test_other_origin_is_refused(self) -> None:
        """Another host or port, and origins that name no host."""
        for origin in (
            b"http://evil.example",
            b"http://chat.example",
            b"http://chat.example:3001",
            b"http://chat.example:3000.evil.example",
            b"http://evil.example/chat.example:3000",
            b"null",
            b"",
            b"http://[",
            b"chat.example:3000",
            b"\xff",
        ):
            self.assertFalse(Origins()(origin, HOST), origin)
        self.assertFalse(Origins()(b"null", b""))

    def test_configured_origin_is_allowed(self) -> None:
        """With or without a scheme; ``*`` allows all."""
        allowed = Origins(["https://Pages.example/", "other.example:81"])
        self.assertTrue(allowed(b"https://pages.example", HOST))
        self.assertFalse(allowed(b"http://pages.example", HOST))
        self.assertTrue(allowed(b"http://other.example:81", HOST))
        self.assertFalse(allowed(b"http://other.example", HOST))
        self.assertTrue(Origins(["*"])(b"null", HOST))
