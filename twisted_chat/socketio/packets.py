"""Socket.IO 5 packets: what Engine.IO's messages carry.

``<type>[<attachments>-][<namespace>,][<ack id>][JSON]``; each attachment follows
as a binary message of its own, and stands in the JSON as a placeholder.
(socket.io-protocol, version 5.)

Rules of this file: sans I/O; only ``PacketError`` is raised for what a client
sent; the limits below hold whatever it sends.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
"""The types of packets."""

MAIN = "/"
"""The namespace that needs no name."""

MAX_ATTACHMENTS = 8
"""Binary attachments of one packet."""

MAX_ATTACHED = 1_000_000
"""Bytes of all attachments of one packet together."""

MAX_NAMESPACE = 256
"""Characters in the name of a namespace."""

MAX_ACK_DIGITS = 16
"""Digits of an ack id: as many as JavaScript counts exactly."""

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
"""Names that no event may have, because they mean something in the clients."""


class PacketError(ValueError):
    """What a client sent is no Socket.IO packet; the text says why."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet, its attachments in place.

    :ivar type: ``EVENT`` and ``ACK`` also where it had attachments.
    :ivar data: ``CONNECT``: a dict or ``None``; ``EVENT``: a list, the event's
        name first; ``ACK``: a list.
    :ivar id: the ack id, if the sender wants an answer or this is one.
    :ivar text: the JSON of ``data`` as it came.
    :ivar binary: it had attachments.
    """

    type: int
    namespace: str = MAIN
    data: Any = None
    id: int | None = None
    text: str = field(default="", compare=False)
    binary: bool = field(default=False, compare=False)


class Decoder:
    """Makes packets of one client's messages.

    :param max_attached: bytes of all attachments of one packet.
    """

    __slots__ = ("_attached", "_awaited", "_max_attached", "_pending", "_size")

    def __init__(self, max_attached: int = MAX_ATTACHED) -> None:
        self._max_attached = max_attached
        self._pending: Packet | None = None
        self._attached: list[bytes] | None = None
        self._awaited = 0
        self._size = 0

    def text(self, message: str) -> Packet | None:
        """Take a text message; the packet, unless it waits for attachments."""
        if self._pending is not None:
            raise PacketError("a packet came where an attachment was due")
        packet, awaited = _decode(message)
        if not awaited:
            return packet
        self._pending, self._awaited = packet, awaited
        self._attached, self._size = [], 0
        return None

    def binary(self, data: bytes) -> Packet | None:
        """Take an attachment; the packet, if this was its last."""
        if self._pending is None or self._attached is None:
            raise PacketError("an attachment came without a packet")
        self._size += len(data)
        if self._size > self._max_attached:
            raise PacketError(f"more than {self._max_attached} bytes attached")
        self._attached.append(data)
        if len(self._attached) < self._awaited:
            return None
        packet, attached = self._pending, self._attached
        self._pending = self._attached = None
        return _complete(packet, attached)


def parse_json(text: str) -> Any:
    """The value of a JSON text, strictly.

    :raises PacketError: it is no JSON, ``NaN`` and ``Infinity`` included, or is
        nested deeper than Python follows (about a thousand levels).
    """
    try:
        return _JSON.decode(text)
    except RecursionError:
        raise PacketError("JSON nested too deeply") from None
    except ValueError as error:
        raise PacketError(f"bad JSON: {error}") from None


def raw_argument(packet: Packet) -> str:
    """The JSON text of an event's first argument, exactly as it came.

    The packet must be an ``EVENT`` with an argument and no attachments.
    """
    text = packet.text
    at = _skip(text, 1)
    _, at = _JSON.raw_decode(text, at)
    start = _skip(text, _skip(text, at) + 1)
    _, end = _JSON.raw_decode(text, start)
    return text[start:end]


def dump_json(value: object) -> str:
    """The JSON of a value, compact, that can be sent as UTF-8.

    :raises TypeError: something in it has no JSON.
    :raises ValueError: a number in it has none.
    """
    text = _dump(value)
    # A lone surrogate has no UTF-8, but it has an escape.
    return text if text.isascii() or _encodable(text) else json.dumps(value)


def encode(packet: Packet) -> tuple[bytes, list[bytes]]:
    """The message for a packet, and its attachments.

    Bytes anywhere in the data become attachments.

    :raises ValueError: there are more than ``MAX_ATTACHMENTS``, or ``data`` has
        no JSON.
    :raises TypeError: something in ``data`` has no JSON.
    """
    data = packet.data
    attached: list[bytes] = []
    if packet.type in (EVENT, ACK):
        data = _detach(data, attached)
    if len(attached) > MAX_ATTACHMENTS:
        raise ValueError(f"at most {MAX_ATTACHMENTS} attachments fit in a packet")
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
    at, awaited = 1, 0
    if kind in (BINARY_EVENT, BINARY_ACK):
        awaited, at = _number(message, 1, 2)
        if message[at : at + 1] != "-" or not 0 <= awaited <= MAX_ATTACHMENTS:
            raise PacketError(
                f"a binary packet has up to {MAX_ATTACHMENTS} attachments"
            )
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
    return Packet(kind, namespace, data, ack_id, text), awaited


def _number(text: str, at: int, limit: int) -> tuple[int, int]:
    """The number at a place, or -1, and where it ends."""
    end = at
    while end < len(text) and text[end] in "0123456789":
        end += 1
    if end - at > limit:
        raise PacketError(f"a number with more than {limit} digits")
    return (int(text[at:end]) if end > at else -1), end


def _check(kind: int, data: object, ack: int | None) -> None:
    match kind:
        case 0:
            sound = ack is None and (data is None or isinstance(data, dict))
        case 1:
            sound = ack is None and data is None
        case 2:
            sound = isinstance(data, list) and bool(data) and _is_name(data[0])
        case 3:
            sound = isinstance(data, list) and ack is not None
        case _:
            sound = False
    if not sound:
        raise PacketError(f"a Socket.IO packet of type {kind} cannot carry that")


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
                # Each once, or a few bytes would stand for many megabytes.
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
    raise ValueError(f"{name} is no JSON")


_JSON = json.JSONDecoder(parse_constant=_refuse)
_dump = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode
