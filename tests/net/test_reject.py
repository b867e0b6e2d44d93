"""Rejections: one last message, then the end of the connection."""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes
from http import HTTPStatus

from twisted.trial import unittest

from tests.support.logs import Log
from tests.support.memory import Wire
from twisted_chat.net.reject import (
    RejectFactory,
    RejectForeignFactory,
    error_response,
    reject_http_client,
    reject_line_client,
)


class RejectTests(unittest.SynchronousTestCase):
    """Connections that are not served."""

    def test_line_client_receives_the_reason(self) -> None:
        """It is one line; then the connection is closed."""
        wire = Wire().accept(reject_line_client("the server is full"))
        self.assertEqual(wire.take(), b"error: the server is full\r\n")
        self.assertTrue(wire.disconnecting)

    def test_http_client_receives_status_503(self) -> None:
        """The reason is the body."""
        wire = Wire().accept(reject_http_client("the server is full"))
        head, _, body = wire.take().partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n"))
        self.assertIn(b"Retry-After: 60", head)
        self.assertEqual(body, b"the server is full\n")
        self.assertTrue(wire.disconnecting)

    def test_message_may_be_empty(self) -> None:
        """A protocol that is not supported is closed at once."""
        log = Log(self)
        wire = Wire().accept(RejectFactory())
        self.assertEqual(wire.take(), b"")
        self.assertTrue(wire.disconnecting)
        self.assertEqual(log.lines(), [])

    def test_rejection_is_logged_with_the_address(self) -> None:
        """If a format is given."""
        log = Log(self)
        Wire().accept(RejectFactory(log_format="{peer} is rejected"))
        self.assertEqual(log.lines(), ["192.0.2.1:4711 is rejected"])

    def test_rejections_are_counted(self) -> None:
        """If a counter is given."""
        refused: Counter[str] = Counter()
        Wire().accept(RejectFactory(refused=refused))
        Wire().accept(RejectForeignFactory(refused)).send(b"EHLO x\r\n")
        self.assertEqual(refused, {"foreign": 2})


class ErrorResponseTests(unittest.SynchronousTestCase):
    """HTTP responses that close their connection."""

    def test_response_is_complete(self) -> None:
        """It has a status, a text, and the headers that close and protect."""
        response = error_response(
            HTTPStatus.SERVICE_UNAVAILABLE, "voll: später", "Retry-After: 60"
        )
        first, _, rest = response.partition(b"\r\n")
        self.assertEqual(first, b"HTTP/1.1 503 Service Unavailable")
        head, _, body = rest.partition(b"\r\n\r\n")
        self.assertEqual(body, "voll: später\n".encode())
        headers = message_from_bytes(head)
        self.assertEqual(headers["Content-Length"], str(len(body)))
        self.assertEqual(headers["Retry-After"], "60")
        self.assertEqual(headers["Connection"], "close")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
