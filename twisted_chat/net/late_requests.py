"""A guard against other protocols that reach the fallback protocol.

A browser may open a connection in advance and send its request later, when the
fallback already has the connection.  A web page could use that to have a request's
body read as lines.  A client of SMTP or FTP waits for a greeting before it sends.

Invariant: the fallback receives no line of a connection whose first line is an HTTP
request line, or the first one of IRC or of a protocol that is not served.  After the
first line the guard is removed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.logger import Logger

from .admission import format_address
from .detection import Looks
from .first_bytes import (
    MAX_FIRST_BYTES,
    Match,
    ends_in_http_version,
    foreign_name,
    foreign_protocol,
    http_request,
    irc_client,
)
from .reject import log_foreign

_LINE_END = re.compile(rb"[\r\n]")

_TAIL = 64
"""Bytes kept of the end of a long line: enough for an HTTP version."""


class LateRequestGuard:
    """Checks the first line that a protocol is about to receive.

    :param protocol: the fallback; the guard puts itself before its ``dataReceived``
        and ``readConnectionLost``, and removes itself after the first line.
    :param transport: the connection; closed if the first line is a request.
    :param refused: counts the connections that it closes, as ``foreign``.
    """

    # A client may be silent for days, so there may be ten thousand guards.
    __slots__ = ("_head", "_looks", "_protocol", "_refused", "_tail", "_transport")

    _log = Logger()

    def __init__(
        self, protocol: Any, transport: Any, refused: Counter[str] | None = None
    ) -> None:
        self._protocol = protocol
        self._refused = refused
        self._transport = transport
        self._head = b""
        self._tail = b""
        # Made when anything but empty lines is received.
        self._looks: Looks | None = None
        protocol.dataReceived = self.data_received
        can_half_close = IHalfCloseableProtocol.providedBy(protocol)
        if can_half_close:
            protocol.readConnectionLost = self.read_connection_lost

    def data_received(self, data: bytes) -> None:
        """Check what the fallback is about to receive, and pass it on."""
        # Neither the fallback nor HTTP minds empty lines before the first one.
        line_and_rest = data if self._head else data.lstrip(b"\r\n\0")
        line = _LINE_END.split(line_and_rest, maxsplit=1)[0]
        left = MAX_FIRST_BYTES + 1 - len(self._head)
        added = line[:left]
        self._head += added
        self._tail = (self._tail + line)[-_TAIL:]
        if len(line) < len(line_and_rest):
            if self._is_foreign(_whole_end(line_and_rest[len(line) :])):
                return
            self._remove()
        elif added and self._is_look_due(len(added)) and self._fits_none():
            self._remove()
        # The protocol's own method, which the guard's is before.
        type(self._protocol).dataReceived(self._protocol, data)

    def _is_look_due(self, added: int) -> bool:
        if self._looks is None:
            self._looks = Looks()
        return self._looks.is_due(self._head, added)

    def read_connection_lost(self) -> None:
        """The peer sends no more: its first line is complete."""
        if not self._is_foreign(b"\r\n"):
            self._remove()
            self._protocol.readConnectionLost()

    def _fits_none(self) -> bool:
        """Whether no more bytes can make this another protocol's first line."""
        return (
            http_request(self._head) is Match.NO
            and irc_client(self._head) is Match.NO
            and foreign_protocol(self._head) is Match.NO
        )

    def _is_foreign(self, end: bytes) -> bool:
        """Whether the first line is another protocol's; if so, it is rejected.

        :param end: the end of the line, and what follows it.
        """
        name = foreign_name(self._head + end)
        if name is not None:
            log_foreign(self._log, self._transport, name)
        elif (late := self._late(end)) is not None:
            self._log.info(
                "client error: late {late} from {peer}",
                late=late,
                peer=format_address(self._transport.getPeer()),
            )
        else:
            return False
        if self._refused is not None:
            self._refused["foreign"] += 1
        self._transport.loseConnection()
        self._protocol.dataReceived = _discard
        self._protocol.readConnectionLost = _discard
        return True

    def _late(self, end: bytes) -> str | None:
        """What the first line is of a protocol that is served, but is detected."""
        if self._is_request():
            return "HTTP request"
        return "IRC client" if irc_client(self._head + end) is Match.YES else None

    def _is_request(self) -> bool:
        if len(self._head) <= MAX_FIRST_BYTES:
            return http_request(self._head + b"\n") is Match.YES
        return ends_in_http_version(self._tail)

    def _remove(self) -> None:
        del self._protocol.dataReceived
        self._protocol.__dict__.pop("readConnectionLost", None)


def _whole_end(rest: bytes) -> bytes:
    """What ends a line; a CR whose LF has not arrived yet is taken for CRLF."""
    return b"\r\n" if rest == b"\r" else rest


def _discard(*_data: bytes) -> None:
    """Ignore what follows a late request."""
