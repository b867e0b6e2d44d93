"""Socket.IO 5 packets, which Engine.IO messages carry.

``<type>[<attachments>-][<namespace>,][<ack id>][JSON]``; each attachment follows as a
binary message of its own, and has a placeholder in the JSON.
(socket.io-protocol, version 5.)

Invariants: no I/O; whatever a client sends, only ``PacketError`` is raised, and the
limits below hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from twisted_chat.net.strict_json import DECODER, JsonError, parse_json

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
"""Packet types."""

MAIN = "/"
"""The main namespace, whose name is left out of packets."""

MAX_ATTACHMENTS = 8
"""Attachments of one packet."""

MAX_ATTACHED = 1_000_000
"""Bytes of all attachments of one packet."""

MAX_WAITING = 64 * 1024
"""Bytes of the text of a packet that waits for its attachments."""

MAX_EVENT = 65 * 1024
"""Characters of an event that is decoded: 64 KiB for its value, and some for its name.
"""

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
    :ivar is_too_long: it is an event of more than ``MAX_EVENT`` characters, and was not
        decoded: it has no name and no values.
    """

    type: int
    namespace: str = MAIN
    data: Any = None
    id: int | None = None
    text: str = field(default="", compare=False)
    binary: bool = field(default=False, compare=False)
    is_too_long: bool = False


class Decoder:
    """Turns the messages of one client into packets.

    :param max_attached: bytes of all attachments of one packet.
    """

    __slots__ = ("_attached", "_expected", "_max_attached", "_size", "_text")

    def __init__(self, max_attached: int = MAX_ATTACHED) -> None:
        self._max_attached = max_attached
        # The text is decoded with the last attachment: its value may take a hundred
        # times as much memory.
        self._text: bytes | None = None
        self._attached: list[bytes] = []
        self._expected = 0
        self._size = 0

    def text(self, message: str) -> Packet | None:
        """Decode a text message; ``None`` if attachments have to follow."""
        if self._text is not None:
            raise PacketError("a packet where an attachment was expected")
        header = _Header.of(message)
        if not header.attachments:
            return _decode(message, header)
        text = message.encode(errors="surrogatepass")
        if len(text) > MAX_WAITING:
            raise PacketError(
                f"a packet with attachments has more than {MAX_WAITING} bytes of text"
            )
        self._text, self._expected = text, header.attachments
        self._attached, self._size = [], 0
        return None

    def binary(self, data: bytes) -> Packet | None:
        """Add an attachment; the packet, if this was its last one."""
        if self._text is None:
            raise PacketError("an attachment without a packet")
        self._size += len(data)
        if self._size > self._max_attached:
            raise PacketError(f"attachments of more than {self._max_attached} bytes")
        self._attached.append(data)
        if len(self._attached) < self._expected:
            return None
        message, attached = self._text.decode(errors="surrogatepass"), self._attached
        self._text, self._attached = None, []
        return _complete(_decode(message, _Header.of(message)), attached)


def event_text(packet: Packet) -> str:
    """An event that was received as a text, of which ``event_of`` makes it again.

    Of a packet with attachments the text has only their placeholders.
    """
    kind = f"{BINARY_EVENT}0-" if packet.binary else str(EVENT)
    number = "" if packet.id is None else str(packet.id)
    return kind + number + packet.text


def event_of(text: str) -> Packet:
    """The event of which ``event_text`` made the text; of the main namespace."""
    header = _Header.of(text)
    packet = _decode(text, header)
    return replace(packet, binary=text[0] == str(BINARY_EVENT))


def raw_argument(packet: Packet) -> str:
    """The JSON text of an event's first argument, exactly as received.

    The packet must be an ``EVENT`` with an argument and no attachments.
    """
    text = packet.text
    _, at = DECODER.raw_decode(text, _skip(text, _skip(text, 0) + 1))
    start = _skip(text, _skip(text, at) + 1)
    _, end = DECODER.raw_decode(text, start)
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


class _Header(NamedTuple):
    """What precedes the JSON of a packet, which starts at ``end``."""

    type: int
    attachments: int
    namespace: str
    id: int | None
    end: int

    @classmethod
    def of(cls, message: str) -> _Header:
        kind = "0123456".find(message[:1]) if message else -1
        if kind < 0:
            raise PacketError(f"unknown Socket.IO packet type {message[:1]!r}")
        at, expected = 1, 0
        if kind in (BINARY_EVENT, BINARY_ACK):
            expected, at = _number(message, 1, 2)
            if message[at : at + 1] != "-" or not 0 <= expected <= MAX_ATTACHMENTS:
                raise PacketError(
                    f"a binary packet has 0 to {MAX_ATTACHMENTS} attachments"
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
        return cls(kind, expected, namespace, None if ack < 0 else ack, at)


def _decode(message: str, header: _Header) -> Packet:
    kind, _, namespace, ack, end = header
    if len(message) > MAX_EVENT:
        if kind != EVENT:
            raise PacketError(f"a packet of more than {MAX_EVENT} characters")
        return Packet(kind, namespace, [""], ack, is_too_long=True)
    text = message[end:]
    try:
        data = parse_json(text) if text else None
    except JsonError as error:
        raise PacketError(str(error)) from None
    _check(kind, data, ack)
    return Packet(kind, namespace, data, ack, text)


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

    def attachment(place: Mapping[str, Any]) -> bytes:
        number = place.get("num")
        if type(number) is int and 0 <= number < len(unused):
            data = unused[number]
            if data is not None:
                # Each only once, or a few bytes could expand to many megabytes.
                unused[number] = None
                return data
        raise PacketError("a placeholder without an attachment")

    def is_place(value: object) -> bool:
        return isinstance(value, dict) and value.get("_placeholder") is True

    # A list of what is left to do, as a function that calls itself has a limit.
    containers: list[Any] = [packet.data]
    while containers:
        container = containers.pop()
        is_object = isinstance(container, dict)
        for key, item in list(container.items() if is_object else enumerate(container)):
            if is_place(item):
                container[key] = attachment(item)
            elif isinstance(item, list | dict):
                containers.append(item)
    return Packet(
        packet.type, packet.namespace, packet.data, packet.id, packet.text, True
    )


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


_dump = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode
