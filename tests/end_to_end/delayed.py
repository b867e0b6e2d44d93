"""Clients that a busy machine delays between connecting and sending.

After 0.25 s the server takes such a client for one of the line chat.  A test that means
another kind connects again.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.exceptions import InvalidMessage
from websockets.sync.client import ClientConnection, connect

from tests.end_to_end.waiting import TIMEOUT

ATTEMPTS = 5


def connect_websocket(uri: str, **options: Any) -> ClientConnection:
    """Connect with Python's ``websockets``, again if the client was delayed."""
    for attempt in range(ATTEMPTS):
        try:
            connection: ClientConnection = connect(uri, close_timeout=1, **options)
        except InvalidMessage:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return connection
    raise AssertionError


def trusting_context(certificate: Path | None = None) -> ssl.SSLContext:
    """What a client needs for TLS with any server.

    :param certificate: a PEM file with the client's own certificate and key.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(certificate)
    return context


def connect_tls(
    port: int,
    context: ssl.SSLContext | None = None,
    delayed: Callable[[], object] | None = None,
) -> ssl.SSLSocket:
    """Connect to a port of this machine with TLS, again if the client was delayed.

    :param context: made before, as it takes time; by default any server is trusted.
    :param delayed: called after each handshake that came too late.
    """
    context = context or trusting_context()
    for attempt in range(ATTEMPTS):
        plain = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return context.wrap_socket(plain)
        except ssl.SSLError:
            plain.close()
            if attempt == ATTEMPTS - 1:
                raise
        if delayed is not None:
            delayed()
    raise AssertionError
