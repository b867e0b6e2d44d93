"""A guard against other protocols that reach the fallback protocol.

A browser may open a connection in advance and send its request later, when the
fallback already has the connection.  A web page could use that to have a request's
body read as lines.  A client of SMTP or FTP waits for a greeting before it sends.

A client of a protocol that is served may send its first line late, too: a detector
may take the connection over.

Invariant: the fallback receives no line of a connection whose first line is an HTTP
request line, or the first one of a protocol that takes over or is not served.  After
the first line the guard is removed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.logger import Logger

from .admission import format_address
from .detection import Detector, Looks
from .first_bytes import (
    MAX_FIRST_BYTES,
    Match,
    ends_in_http_version,
    foreign_name,
    foreign_protocol,
    http_request,
)
from .handover import hand_over
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
    :param detectors: those of the port; see ``Detector.takes_over``.
    """

    # A client may be silent for days, so there may be ten thousand guards.
    __slots__ = (
        "_detectors",
        "_head",
        "_looks",
        "_protocol",
        "_refused",
        "_tail",
        "_transport",
    )

    _log = Logger()

    def __init__(
        self,
        protocol: Any,
        transport: Any,
        refused: Counter[str] | None = None,
        detectors: Sequence[Detector] = (),
    ) -> None:
        self._detectors = detectors
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
            if self._ends_here(line_and_rest[len(line) :]):
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
        if self._ends_here(b"\r\n"):
            self._transport.loseConnection()
        else:
            self._remove()
            self._protocol.readConnectionLost()

    def _fits_none(self) -> bool:
        """Whether no more bytes can make this another protocol's first line."""
        matches = [each.matches for each in self._detectors if each.takes_over]
        matches += (http_request, foreign_protocol)
        return all(match(self._head) is Match.NO for match in matches)

    def _ends_here(self, rest: bytes) -> bool:
        """Whether the connection is no longer the fallback's after its first line.

        :param rest: the end of the line, and what follows it.
        """
        first = self._head + _whole_end(rest)
        if self._is_request():
            self._reject("HTTP request")
            return True
        for detector in self._detectors:
            if detector.takes_over and detector.matches(first) is Match.YES:
                self._take_over(detector, self._head + rest)
                return True
        name = foreign_name(first)
        if name is None:
            return False
        log_foreign(self._log, self._transport, name)
        self._close()
        return True

    def _take_over(self, detector: Detector, received: bytes) -> None:
        """Hand the connection over to the protocol that it speaks.

        :param received: all that the peer has sent.  A line of which only the
            beginning is kept is too long for any protocol.
        """
        protocol = detector.factory.buildProtocol(self._transport.getPeer())
        if protocol is None or not self._protocol.release():
            self._reject(f"{detector.name} client")
            return
        self._remove()
        hand_over(self._transport, protocol, received)

    def _reject(self, late: str) -> None:
        self._log.info(
            "client error: late {late} from {peer}",
            late=late,
            peer=format_address(self._transport.getPeer()),
        )
        self._close()

    def _close(self) -> None:
        if self._refused is not None:
            self._refused["foreign"] += 1
        self._transport.loseConnection()
        self._protocol.dataReceived = _discard
        self._protocol.readConnectionLost = _discard

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
