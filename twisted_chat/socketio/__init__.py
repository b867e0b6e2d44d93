"""Socket.IO 5 for any application on twisted.web, over Engine.IO 4."""

from .namespace import (
    AckTimeout,
    ConnectRefused,
    Disconnected,
    EventSocket,
    Namespace,
)
from .packets import Packet
from .server import Connection, Socket, SocketIO

__all__ = [
    "AckTimeout",
    "ConnectRefused",
    "Connection",
    "Disconnected",
    "EventSocket",
    "Namespace",
    "Packet",
    "Socket",
    "SocketIO",
]
