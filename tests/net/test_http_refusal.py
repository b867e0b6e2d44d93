"""The one answer on a connection that is then closed."""

from __future__ import annotations

from email import message_from_bytes
from http import HTTPStatus

from twisted.trial import unittest

from twisted_chat.net.http_refusal import http_refusal


class HttpRefusalTests(unittest.SynchronousTestCase):
    """What a client is told that cannot be served."""

    def test_answer(self) -> None:
        """A status, a line that says why, and that it was the last."""
        answer = http_refusal(
            HTTPStatus.SERVICE_UNAVAILABLE, "voll: später", "Retry-After: 60"
        )
        first, _, rest = answer.partition(b"\r\n")
        self.assertEqual(first, b"HTTP/1.1 503 Service Unavailable")
        head, _, body = rest.partition(b"\r\n\r\n")
        self.assertEqual(body, "voll: später\n".encode())
        headers = message_from_bytes(head)
        self.assertEqual(headers["Content-Length"], str(len(body)))
        self.assertEqual(headers["Retry-After"], "60")
        self.assertEqual(headers["Connection"], "close")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
