"""Engine.IO 4 for any application on twisted.web, over polling and WebSocket."""

from .framing import POLLING, WEBSOCKET, Framing
from .resource import EngineIOResource
from .session import EngineIOPeer, Session, SessionState

__all__ = [
    "POLLING",
    "WEBSOCKET",
    "EngineIOPeer",
    "EngineIOResource",
    "Framing",
    "Session",
    "SessionState",
]
