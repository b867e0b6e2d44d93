"""IRC messages: their text form, and the lines that they are sent in.

``LineSplitter`` cuts received bytes into lines, ``parse`` reads one of them, and
``format_message`` writes one (RFC 1459, section 2.3; https://modern.ircdocs.horse;
https://ircv3.net/specs/extensions/message-tags).

Invariants: no I/O; memory is bounded by ``MAX_LINE``; ``parse`` and ``format_message``
are inverse; ``parse`` raises only ``MessageError``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_BODY = 510
"""Bytes of a line without its tags and its end; the limit of 512 includes CRLF."""

MAX_CLIENT_TAGS = 4096
"""Bytes of the tags that a client may send, including ``@`` and the space after them.

A server may add as much again: it sends at most 8,191 bytes.
"""

MAX_LINE = MAX_CLIENT_TAGS + MAX_BODY
"""Bytes of a line from a client, without its end."""

_END = b"\r\n"
_TAG_KEY = re.compile(r"\+?(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9-]+")
_COMMAND = re.compile(r"[A-Z0-9]+")
_MIDDLE = re.compile(r"[^ :][^ ]*")
_NOT_IN_A_LINE = re.compile(r"[\0\r\n]")
_UNESCAPED = {":": ";", "s": " ", "r": "\r", "n": "\n"}
_ESCAPED = str.maketrans(
    {"\\": r"\\", ";": r"\:", " ": r"\s", "\r": r"\r", "\n": r"\n"}
)

_TEXT = {
    command: index
    for index, commands in enumerate(
        (
            "AWAY ERROR QUIT SETNAME WALLOPS",
            "302 303 730 731 732 KILL NOTICE PART PONG PRIVMSG TOPIC",
            "301 319 332 KICK",
            "322 353",
            "",
            "311 314",
        )
    )
    for command in commands.split()
}
"""Which parameter of a command, counted from 0, is a text.

It always has a colon, although it needs one only if it is empty, contains a space or
starts with a colon: small clients, such as sic, find the text by the colon.
"""


def one_word(text: str) -> str:
    """A text as a parameter that is not the last.

    It may be what a client has sent as the last one.
    """
    return text.replace(" ", "_").lstrip(":") or "*"


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    :ivar command: letters in upper case, or three digits.
    :ivar params: only the last may be empty, contain a space, or start with a colon.
    :ivar source: who sent it, such as ``nick!user@host``; empty if it names nobody.
    :ivar tags: without ``@``, not escaped; a tag without a value has an empty one.
    """

    command: str
    params: tuple[str, ...] = ()
    source: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class MessageError(ValueError):
    """A line is not a message.

    :ivar command: the command of the line, in upper case; ``*`` if it is not known.
    :ivar tags: those that could be read.
    """

    def __init__(self, command: str, tags: Mapping[str, str]) -> None:
        super().__init__(command)
        self.command = command
        self.tags = tags


class TooLong(MessageError):
    """The tags, or the rest of the line, are longer than permitted."""


class InvalidUtf8(MessageError):
    """The line is not UTF-8."""


class NoCommand(MessageError):
    """The line has no command of letters and digits.

    :ivar word: what stands in its place; empty if nothing does.
    """

    def __init__(self, command: str, tags: Mapping[str, str], word: str = "") -> None:
        super().__init__(command, tags)
        self.word = word


class LineSplitter:
    """Cuts what one client sends into lines, however the network has cut it.

    A line ends with CRLF, or with CR or LF alone (RFC 1459, section 8).  Empty lines
    are ignored.  Of a line that is too long, only the beginning is passed on, which is
    still too long for ``parse``.

    :ivar excess: by how many bytes the last line that was too long is too long, as far
        as it was received.
    """

    __slots__ = ("_discarding", "_partial", "excess")

    def __init__(self) -> None:
        self._partial = b""
        self._discarding = False
        self.excess = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that these bytes complete, without their ends."""
        *lines, last = data.replace(b"\r", b"\n").split(b"\n")
        if lines:
            lines[0] = self._partial + lines[0]
            self._partial = b""
            if self._discarding:
                self._discarding = False
                self.excess += len(lines.pop(0))
        if last and self._discarding:
            self.excess += len(last)
        elif last:
            self._partial += last
            if len(self._partial) > MAX_LINE:
                lines.append(self._partial)
                self._partial = b""
                self._discarding = True
        for line in lines:
            if len(line) > MAX_LINE:
                self.excess = len(line) - MAX_LINE
        return [line[: MAX_LINE + 1] for line in lines if line]

    @property
    def held(self) -> int:
        """Bytes of a line that is not complete."""
        return len(self._partial)


def parse(line: bytes) -> Message:
    """The message in a line from a client, which is given without its end.

    NUL, which no message may contain, is removed, and tags with an invalid name are
    ignored.

    :raises TooLong: the tags or the rest are too long.
    :raises InvalidUtf8: the line is not UTF-8.
    :raises NoCommand: it has no command.
    """
    line = line.replace(b"\0", b"")
    raw_tags, body = b"", line
    if line.startswith(b"@"):
        raw_tags, _, body = line[1:].partition(b" ")
    source, word, rest = _words(body)
    command = word.upper().decode("ascii", "replace")
    name = command if _COMMAND.fullmatch(command) else "*"
    try:
        tags = parse_tags(raw_tags.decode()) if raw_tags else {}
    except UnicodeDecodeError:
        raise InvalidUtf8(name, {}) from None
    if len(line) - len(body) > MAX_CLIENT_TAGS or len(body) > MAX_BODY:
        raise TooLong(name, tags)
    if name == "*":
        raise NoCommand(name, tags, command)
    try:
        return Message(command, _parse_params(rest.decode()), source.decode(), tags)
    except UnicodeDecodeError:
        raise InvalidUtf8(name, tags) from None


def _words(body: bytes) -> tuple[bytes, bytes, bytes]:
    """The source, the command, and the rest of a line without tags."""
    source = b""
    body = body.lstrip(b" ")
    if body.startswith(b":"):
        source, _, body = body[1:].partition(b" ")
        body = body.lstrip(b" ")
    command, _, rest = body.partition(b" ")
    return source, command, rest


def _parse_params(text: str) -> tuple[str, ...]:
    middle, colon, last = f" {text}".partition(" :")
    params = [param for param in middle.split(" ") if param]
    return (*params, last) if colon else tuple(params)


def parse_tags(text: str) -> dict[str, str]:
    """The tags between ``@`` and the space; those with an invalid name are ignored."""
    tags = {}
    for tag in text.split(";"):
        key, _, value = tag.partition("=")
        if _TAG_KEY.fullmatch(key):
            tags[key] = _unescape(value) if "\\" in value else value
    return tags


def _unescape(value: str) -> str:
    return re.sub(r"\\(.?)", lambda m: _UNESCAPED.get(m[1], m[1]), value)


def format_message(message: Message) -> bytes:
    """The line of a message, with CRLF.

    Its length is not checked.

    :raises ValueError: the message cannot be written, for example because a parameter
        other than the last contains a space.
    """
    words = [f"@{format_tags(message.tags)}"] if message.tags else []
    if message.source:
        words.append(f":{message.source}")
    words.append(message.command)
    *middle, last = message.params or ("",)
    if not _COMMAND.fullmatch(message.command) or " " in message.source:
        raise ValueError(f"not a message: {message}")
    for param in middle:
        if not _MIDDLE.fullmatch(param):
            raise ValueError(f"not a message: {message}")
    words += middle
    if message.params:
        index = len(middle)
        is_text = index >= _TEXT.get(message.command, index + 1)
        needs_colon = is_text or not last or " " in last or last.startswith(":")
        words.append(f":{last}" if needs_colon else last)
    line = " ".join(words)
    if _NOT_IN_A_LINE.search(line):
        raise ValueError(f"not a line: {message}")
    return line.encode() + _END


def shortened(line: bytes) -> bytes:
    """A line with its end, as much of it as every client reads.

    What a client has sent may be as long as a line, and be named in the answer.
    """
    tags = line.index(b" ") + 1 if line.startswith(b"@") else 0
    if len(line) - tags <= MAX_BODY + len(_END):
        return line
    body = line[tags : tags + MAX_BODY].decode(errors="ignore").encode()
    return line[:tags] + body + _END


def format_tags(tags: Mapping[str, str]) -> str:
    """Tags as they are written between ``@`` and the space.

    :raises ValueError: the name of a tag is invalid.
    """
    for key in tags:
        if not _TAG_KEY.fullmatch(key):
            raise ValueError(f"not a tag: {key!r}")
    return ";".join(
        f"{key}={value.translate(_ESCAPED)}" if value else key
        for key, value in tags.items()
    )
