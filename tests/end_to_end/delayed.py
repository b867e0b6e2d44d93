"""Clients that a busy machine delays between connecting and sending.

After 0.25 s the server takes such a client for one of the line chat.  A test that means
another kind connects again.
"""

from __future__ import annotations

from typing import Any

from websockets.exceptions import InvalidMessage
from websockets.sync.client import ClientConnection, connect

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
