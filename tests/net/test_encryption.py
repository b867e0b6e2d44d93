"""Tests of twisted_chat.net.encryption."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from twisted.internet.interfaces import ISSLTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import Request
from twisted.web.http_headers import Headers
from zope.interface import directlyProvides

from twisted_chat.net.encryption import is_encrypted, request_is_encrypted
from twisted_chat.net.handover import mark_forwarded


class Plain:
    """A connection without TLS."""


class Encrypted:
    """A connection with TLS."""

    def __init__(self) -> None:
        directlyProvides(self, ISSLTransport)


def request(transport: object, **headers: str) -> Request:
    found = {name.replace("_", "-").encode(): [text] for name, text in headers.items()}
    one = SimpleNamespace(
        channel=SimpleNamespace(transport=transport),
        requestHeaders=Headers(
            {name: [text[0].encode()] for name, text in found.items()}
        ),
    )
    return cast("Request", one)


class EncryptionTests(SynchronousTestCase):
    """Whether what a client sends can be read on its way."""

    def test_tls_encrypts(self) -> None:
        """A connection, and a request on it."""
        self.assertTrue(is_encrypted(Encrypted()))
        self.assertFalse(is_encrypted(Plain()))
        self.assertTrue(request_is_encrypted(request(Encrypted())))
        self.assertFalse(request_is_encrypted(request(Plain())))

    def test_trusted_proxy_says_whether_it_was_reached_by_tls(self) -> None:
        """The last word is its own."""
        proxy = Plain()
        mark_forwarded(proxy)
        for headers, encrypted in (
            ({"X_Forwarded_Proto": "https"}, True),
            ({"X_Forwarded_Proto": "http"}, False),
            ({"X_Forwarded_Proto": "https, http"}, False),
            ({"Forwarded": 'for=192.0.2.1;proto="https"'}, True),
            ({"Forwarded": "for=192.0.2.1;proto=http"}, False),
            ({"Forwarded": "proto=https, for=192.0.2.1"}, False),
            ({}, False),
        ):
            found = request_is_encrypted(request(proxy, **headers))
            self.assertEqual(found, encrypted, headers)

    def test_others_are_not_believed(self) -> None:
        """A client may write what it likes."""
        claims = request(Plain(), X_Forwarded_Proto="https")
        self.assertFalse(request_is_encrypted(claims))
