"""Socket.IO 5 packets, which Engine.IO messages carry.

``<type>[<attachments>-][<namespace>,][<ack id>][JSON]``; each attachment follows as a
binary message of its own, and has a placeholder in the JSON.
(socket.io-protocol, version 5.)

Invariants: no I/O; whatever a client sends, only ``PacketError`` is raised, and the
limits below hold.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
"""Packet types."""

MAIN = "/"
"""The main namespace, whose name is left out of packets."""

MAX_ATTACHMENTS = 8
"""Attachments of one packet."""

MAX_ATTACHED = 1_000_000
"""Bytes of all attachments of one packet."""

MAX_NAMESPACE = 256
"""Characters of the name of a namespace."""

MAX_ACK_DIGITS = 16
"""Digits of an ack id: the largest integer that is exact in JavaScript has 16."""

RESERVED = frozenset(
    (
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
    )
)
"""Names that events may not have, as client libraries use them."""


class PacketError(ValueError):
    """The client sent an invalid packet; the text says why."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet, with its attachments in place.

    :ivar type: ``EVENT`` or ``ACK`` also if the packet had attachments.
    :ivar data: ``CONNECT``: a dict or ``None``; ``EVENT``: a list that starts with the
        name of the event; ``ACK``: a list.
    :ivar id: the ack id, of an acknowledgement or of an event that asks for one.
    :ivar text: the JSON of ``data`` as received.
    :ivar binary: the packet had attachments.
    """

    type: int
    namespace: str = MAIN
    data: Any = None
    id: int | None = None
    text: str = field(default="", compare=False)
    binary: bool = field(default=False, compare=False)


class Decoder:
    """Turns the messages of one client into packets.

    :param max_attached: bytes of all attachments of one packet.
    """

    __slots__ = ("_attached", "_expected", "_max_attached", "_pending", "_size")

    def __init__(self, max_attached: int = MAX_ATTACHED) -> None:
        self._max_attached = max_attached
        self._pending: Packet | None = None
        self._attached: list[bytes] | None = None
        self._expected = 0
        self._size = 0

    def text(self, message: str) -> Packet | None:
        """Decode a text message; ``None`` if attachments have to follow."""
        if self._pending is not None:
            raise PacketError("a packet where an attachment was expected")
        packet, expected = _decode(message)
        if not expected:
            return packet
        self._pending, self._expected = packet, expected
        self._attached, self._size = [], 0
        return None

    def binary(self, data: bytes) -> Packet | None:
        """Add an attachment; the packet, if this was its last one."""
        if self._pending is None or self._attached is None:
            raise PacketError("an attachment without a packet")
        self._size += len(data)
        if self._size > self._max_attached:
            raise PacketError(f"attachments of more than {self._max_attached} bytes")
        self._attached.append(data)
        if len(self._attached) < self._expected:
            return None
        packet, attached = self._pending, self._attached
        self._pending = self._attached = None
        return _complete(packet, attached)


def parse_json(text: str) -> Any:
    """The value of a JSON text, strictly.

    :raises PacketError: it is invalid (``NaN`` and ``Infinity`` are, too), or nested
        more deeply than Python's recursion limit allows, about a thousand levels.
    """
    try:
        return _JSON.decode(text)
    except RecursionError:
        raise PacketError("JSON nested too deeply") from None
    except ValueError as error:
        raise PacketError(f"invalid JSON: {error}") from None


def raw_argument(packet: Packet) -> str:
    """The JSON text of an event's first argument, exactly as received.

    The packet must be an ``EVENT`` with an argument and no attachments.
    """
    text = packet.text
    at = _skip(text, 1)
    _, at = _JSON.raw_decode(text, at)
    start = _skip(text, _skip(text, at) + 1)
    _, end = _JSON.raw_decode(text, start)
    return text[start:end]


def dump_json(value: object) -> str:
    """The compact JSON of a value, which can be encoded as UTF-8.

    :raises TypeError: something in the value has no JSON representation.
    :raises ValueError: a number in the value has none.
    """
    text = _dump(value)
    # A lone surrogate cannot be encoded as UTF-8, but can be escaped.
    return text if text.isascii() or _encodable(text) else json.dumps(value)


def encode(packet: Packet) -> tuple[bytes, list[bytes]]:
    """The text message of a packet, and its attachments.

    Bytes anywhere in the data become attachments.

    :raises ValueError: there are more than ``MAX_ATTACHMENTS``, or a number in
        ``data`` has no JSON representation.
    :raises TypeError: something in ``data`` has no JSON representation.
    """
    data = packet.data
    attached: list[bytes] = []
    if packet.type in (EVENT, ACK):
        data = _detach(data, attached)
    if len(attached) > MAX_ATTACHMENTS:
        raise ValueError(f"a packet has at most {MAX_ATTACHMENTS} attachments")
    head = str(packet.type)
    if attached:
        binary = BINARY_EVENT if packet.type == EVENT else BINARY_ACK
        head = f"{binary}{len(attached)}-"
    if packet.namespace != MAIN:
        head += packet.namespace + ","
    if packet.id is not None:
        head += str(packet.id)
    if data is not None:
        head += dump_json(data)
    return head.encode(), attached


def _decode(message: str) -> tuple[Packet, int]:
    kind = "0123456".find(message[:1]) if message else -1
    if kind < 0:
        raise PacketError(f"unknown Socket.IO packet type {message[:1]!r}")
    at, expected = 1, 0
    if kind in (BINARY_EVENT, BINARY_ACK):
        expected, at = _number(message, 1, 2)
        if message[at : at + 1] != "-" or not 0 <= expected <= MAX_ATTACHMENTS:
            raise PacketError(f"a binary packet has 0 to {MAX_ATTACHMENTS} attachments")
        at += 1
        kind = EVENT if kind == BINARY_EVENT else ACK
    namespace = MAIN
    if message[at : at + 1] == "/":
        end = message.find(",", at, at + MAX_NAMESPACE + 1)
        if end < 0:
            end = len(message)
        namespace, at = message[at:end], end + 1
        if len(namespace) > MAX_NAMESPACE:
            raise PacketError(f"a namespace has at most {MAX_NAMESPACE} characters")
    ack, at = _number(message, at, MAX_ACK_DIGITS)
    text = message[at:]
    data = parse_json(text) if text else None
    ack_id = None if ack < 0 else ack
    _check(kind, data, ack_id)
    return Packet(kind, namespace, data, ack_id, text), expected


def _number(text: str, at: int, limit: int) -> tuple[int, int]:
    """The number that starts at an index, or -1, and where it ends."""
    end = at
    while end < len(text) and text[end] in "0123456789":
        end += 1
    if end - at > limit:
        raise PacketError(f"a number with more than {limit} digits")
    return (int(text[at:end]) if end > at else -1), end


def _check(kind: int, data: object, ack: int | None) -> None:
    match kind:
        case 0:
            valid = ack is None and (data is None or isinstance(data, dict))
        case 1:
            valid = ack is None and data is None
        case 2:
            valid = isinstance(data, list) and bool(data) and _is_name(data[0])
        case 3:
            valid = isinstance(data, list) and ack is not None
        case _:
            valid = False
    if not valid:
        raise PacketError(f"invalid data in a Socket.IO packet of type {kind}")


def _is_name(name: object) -> bool:
    if isinstance(name, str):
        return name not in RESERVED
    return isinstance(name, int) and not isinstance(name, bool)


def _complete(packet: Packet, attached: Sequence[bytes]) -> Packet:
    """The packet with each placeholder replaced by its attachment."""
    unused: list[bytes | None] = list(attached)

    def attach(value: Any) -> Any:
        if isinstance(value, list):
            return [attach(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("_placeholder") is not True:
            return {key: attach(item) for key, item in value.items()}
        number = value.get("num")
        if type(number) is int and 0 <= number < len(unused):
            data = unused[number]
            if data is not None:
                # Each only once, or a few bytes could expand to many megabytes.
                unused[number] = None
                return data
        raise PacketError("a placeholder without an attachment")

    data = attach(packet.data)
    return Packet(packet.type, packet.namespace, data, packet.id, packet.text, True)


def _detach(value: Any, attached: list[bytes]) -> Any:
    """The value with a placeholder for each piece of binary data in it."""
    if isinstance(value, bytes | bytearray | memoryview):
        attached.append(bytes(value))
        return {"_placeholder": True, "num": len(attached) - 1}
    if isinstance(value, list | tuple):
        return [_detach(item, attached) for item in value]
    if isinstance(value, dict):
        return {key: _detach(item, attached) for key, item in value.items()}
    return value


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\n\r":
        at += 1
    return at


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not valid in JSON")


_JSON = json.JSONDecoder(parse_constant=_refuse)
_dump = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode
