"""Origin checks: which web pages may connect."""

from __future__ import annotations

from collections import Counter

from twisted.trial import unittest

from tests.support.logs import Log
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

    def test_default_port_may_be_given_or_left_out(self) -> None:
        """In ``Host``, ``Origin`` and ``--allow-origin``: 443 of https, 80 of http."""
        for host, origin in (
            (b"example.com:443", b"https://example.com"),
            (b"example.com:80", b"http://example.com"),
            (b"Example.com", b"https://example.com:443"),
            (b"example.com:", b"http://example.com"),
            (b"[::1]:443", b"https://[::1]"),
            (b"[::1]", b"http://[::1]:80"),
        ):
            self.assertTrue(Origins()(origin, host), (host, origin))
        for host, origin in (
            (b"example.com:80", b"https://example.com"),
            (b"example.com:443", b"http://example.com"),
            (b"example.com:3000", b"http://example.com"),
            (b"[::80]", b"http://[:"),
            (b"", b"https://:443"),
        ):
            self.assertFalse(Origins()(origin, host), (host, origin))
        allowed = Origins(["https://a.example:443", "b.example:443", "c.example"])
        self.assertTrue(allowed(b"https://a.example", HOST))
        self.assertTrue(allowed(b"https://b.example", HOST))
        self.assertFalse(allowed(b"http://b.example", HOST))
        self.assertTrue(allowed(b"http://c.example", HOST))
        self.assertTrue(allowed(b"https://c.example", HOST))

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
            b"//chat.example:3000",
            b"\xff",
        ):
            self.assertFalse(Origins()(origin, HOST), origin)
        self.assertFalse(Origins()(b"null", b""))

    def test_origin_that_no_browser_sends_is_refused(self) -> None:
        """One that becomes the origin of the server if white space is left out."""
        for origin in (
            b"http:/\t/chat.example:3000",
            b"http://\tchat.example:3000",
            b"http://chat.example :3000",
            b"ht\ttp://chat.example:3000",
            b"://chat.example:3000",
            b"http:chat.example:3000",
        ):
            self.assertFalse(Origins()(origin, HOST), origin)

    def test_configured_origin_is_allowed(self) -> None:
        """With or without a scheme; ``*`` allows all."""
        allowed = Origins(["https://Pages.example/", "other.example:81"])
        self.assertTrue(allowed(b"https://pages.example", HOST))
        self.assertFalse(allowed(b"http://pages.example", HOST))
        self.assertTrue(allowed(b"http://other.example:81", HOST))
        self.assertFalse(allowed(b"http://other.example", HOST))
        self.assertTrue(Origins(["*"])(b"null", HOST))

    def test_every_refusal_is_counted(self) -> None:
        """Those that are not logged, too."""
        refused: Counter[str] = Counter()
        origins = Origins(["https://a.example"], refused)
        for origin in (b"https://a.example", b"https://b.example", b"null", b"null"):
            origins(origin, HOST)
        self.assertEqual(refused, {"origin": 3})

    def test_refusal_is_logged_once_for_each_origin(self) -> None:
        """With what the operator can do."""
        log = Log(self)
        origins = Origins()
        for origin in (b"http://a.example", b"http://a.example", b"null"):
            origins(origin, b"")
        text = (
            "client error: pages of {} may not connect (Host none): "
            "pass Host on, or give --allow-origin"
        )
        self.assertEqual(
            log.lines(), [text.format("http://a.example"), text.format("null")]
        )
