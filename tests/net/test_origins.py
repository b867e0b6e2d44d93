"""Whose pages may connect."""

from __future__ import annotations

from twisted.trial import unittest

from twisted_chat.net.origins import Origins

HOST = b"chat.example:3000"


class OriginTests(unittest.SynchronousTestCase):
    """A page of another site cannot use its visitor's way into the chat."""

    def test_programs(self) -> None:
        """What is no browser sends no Origin and is let in."""
        self.assertTrue(Origins()(None, HOST))
        self.assertTrue(Origins()(None, b""))

    def test_the_servers_own_page(self) -> None:
        """With TLS or without, in any case of letters."""
        for origin in (b"http://chat.example:3000", b"https://CHAT.example:3000"):
            self.assertTrue(Origins()(origin, HOST))

    def test_others(self) -> None:
        """Another host, port, or a page that hides where it is from, is refused."""
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

    def test_further_ones(self) -> None:
        """Named with or without how they are reached, or all of them."""
        allowed = Origins(["https://Pages.example/", "other.example:81"])
        self.assertTrue(allowed(b"https://pages.example", HOST))
        self.assertFalse(allowed(b"http://pages.example", HOST))
        self.assertTrue(allowed(b"http://other.example:81", HOST))
        self.assertFalse(allowed(b"http://other.example", HOST))
        self.assertTrue(Origins(["*"])(b"null", HOST))
