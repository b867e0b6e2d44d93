"""WebSocket (RFC 6455) for any application on twisted.web."""

from .connection import State, WebSocketConnection, WebSocketPeer
from .frames import frame_binary, frame_close, frame_ping, frame_pong, frame_text
from .handshake import is_upgrade, upgrade

__all__ = [
    "State",
    "WebSocketConnection",
    "WebSocketPeer",
    "frame_binary",
    "frame_close",
    "frame_ping",
    "frame_pong",
    "frame_text",
    "is_upgrade",
    "upgrade",
]
