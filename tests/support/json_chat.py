"""Events, a welcome and their JSON, for tests of the JSON codec."""

from __future__ import annotations

import json
from typing import Any

from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.uri import parse_uri

from twisted_chat.core.events import Event, Message, Stored
from twisted_chat.core.replies import Welcome

TIME = 1_700_000_000_123
WHEN = "2023-11-14T22:13:20.123Z"
ID_AND_TIME: dict[str, Any] = {"id": "7", "time": WHEN}
MESSAGE = {
    "type": "message",
    **ID_AND_TIME,
    "from": "bob",
    "account": None,
    "room": "lobby",
    "text": "hi",
}


def stored(event: Event, position: str = "7") -> Stored:
    return Stored(position, TIME, event)


def welcome(**changes: Any) -> Welcome:
    fields: dict[str, Any] = {
        "nick": "ann",
        "session": "secret",
        "room": "lobby",
        "rooms": ("den", "lobby"),
        "list_members": lambda: ("bob", "ann"),
        "away": {"bob": "tea"},
        "topic": "",
        "history": (stored(Message("lobby", "bob", "hi", "1")),),
        "position": "9",
        "motd": ("be", "kind"),
    }
    return Welcome(**(fields | changes))


def frame_texts(data: bytes) -> list[str]:
    """The texts of some WebSocket frames, as a client reads them."""
    client = ClientProtocol(
        parse_uri("ws://chat.example/"), state=State.OPEN, max_size=None
    )
    client.receive_data(data)
    frames = [event for event in client.events_received() if isinstance(event, Frame)]
    return [bytes(frame.data).decode() for frame in frames]


def frame_objects(data: bytes) -> list[dict[str, Any]]:
    """The objects in some WebSocket frames."""
    return [json.loads(text) for text in frame_texts(data)]
