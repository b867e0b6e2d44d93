"""The codec of line clients: each event is one line of UTF-8.

Telnet and nc send and receive lines that end in CRLF; plain-text WebSocket has the same
lines, one in a frame.  Of a message of several lines, each is shown with its author.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator

from twisted_chat.core.events import BulkPresence, DirectMessage, Stored
from twisted_chat.core.interfaces import Viewer
from twisted_chat.core.limits import MAX_LINE
from twisted_chat.core.replies import (
    HelpHint,
    Prompt,
    Refused,
    Reply,
    Request,
    Welcome,
    refusal,
)
from twisted_chat.core.texts.sanitize import IGNORABLE, sanitize_label, sanitize_text
from twisted_chat.core.texts.texts import line_too_long

from .erase import erase
from .password_routes import meant_route
from .text_lines import (
    bulk_presence_line,
    direct_message_lines,
    newest_lines,
    reply_lines,
    shown_line,
    shown_lines,
)

_LINE = re.compile(r"[^\r\n]+")

# What may precede a route unseen: white space, control characters and invisible ones,
# which a terminal or an editor adds.
_UNSEEN = rf"\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2800{IGNORABLE}"
# Beside the slash stand what input methods and keyboards of East Asia have instead of
# it and of the backslash: the full-width forms, and the yen and won signs.
_ROUTE = re.compile(
    rf"[{_UNSEEN}]*([\\/\uff0f\uff3c\ufe68\xa5\uffe5\u20a9\uffe6])"
    r"([^\s\ufeff]*)[\s\ufeff]*(.*)",
    re.DOTALL,
)
_TEXT_WORD = re.compile(r".*[\\/\uff0f{}]|[\W\d_]*\Z")
"""A first word that is not a mistyped route has one of these, or no letter at all."""


def decode_line(line: str, routes: Container[str]) -> Request:
    """The request in a line, whatever its length.

    White space of any script around a route and its parts is ignored.  A first word
    that begins with a backslash and is not a route is refused, as it may be mistyped,
    unless it can only be text: a path, LaTeX, a face.

    One that begins with a slash is text then, but for a mistyped route with a password;
    see ``password_routes``.

    :param routes: the known routes, which may also begin with ``/``.
    """
    match = _ROUTE.match(line)
    if match is None and "\x1b" in line:
        # A key such as an arrow, pressed before the route, is not part of the line.
        match = _ROUTE.match(sanitize_text(line))
    if match is None:
        return Request("", line)
    mark, word, text = match.groups()
    route = word if word.isascii() else unicodedata.normalize("NFKC", word)
    if route in routes:
        return Request(route, text.rstrip(), line=line)
    meant = meant_route(route, text)
    if meant is not None:
        typed = f"\\{sanitize_label(word)}" if word else f"{mark} {text.split()[0]}"
        why = f"no such command: {typed}"
        refused = Refused("no_such_command", why, f"(try {meant})")
        return Request("", "", refusal=refused, line=line)
    if mark != "\\":
        return Request("", line)
    if word.startswith("\\") and "\\" not in word[1:]:
        return Request("", line.replace("\\", "", 1), line=line)
    if _TEXT_WORD.match(word) is not None:
        return Request("", line)
    return Request(word, text.rstrip(), line=line)


def check_has_no_password(text: str, hint: str) -> None:
    r"""Check a text of a client whose routes are not typed.

    :param hint: how one logs in there.
    :raises Refused: ``has_password``: it looks like ``\login NAME PASSWORD``.
    """
    for line in text.split("\n"):
        match = _ROUTE.match(line)
        if match is not None and meant_route(match[2], match[3]) is not None:
            why = f"not sent, as it may have a password in it ({hint})"
            raise Refused("has_password", why)


def _crlf(line: bytes) -> bytes:
    return line + b"\r\n"


class LineCodec:
    """Decodes and encodes lines; see ``interfaces.Codec``.

    :param frame: puts an encoded line into the form of its wire.
    :param prompt: does the same for a prompt, which the answer follows on its line.
    :param help_hint: show newcomers the route that lists all routes.
    """

    hidden_from_author: frozenset[type] = frozenset()
    replies_with_events = False
    shows_invitations = False

    def __init__(
        self,
        frame: Callable[[bytes], bytes] = _crlf,
        prompt: Callable[[bytes], bytes] = bytes,
        *,
        help_hint: bool = False,
    ) -> None:
        self._frame = frame
        self._prompt = prompt
        self._hint = self._lines(reply_lines(HelpHint())) if help_hint else b""
        self._history: tuple[tuple[Stored, ...], bytes] = ((), b"")

    # From the client.

    def decode(self, line: bytes, routes: Container[str]) -> Request:
        """The request in one line, without its end.

        Bytes that are not UTF-8 become U+FFFD; more than ``MAX_LINE`` are refused.
        The keys that erase are applied.
        """
        if len(line) > MAX_LINE:
            return refusal(line_too_long())
        return decode_line(erase(line.decode("utf-8", "replace")), routes)

    def decode_frame(self, text: str, routes: Container[str]) -> Iterator[Request]:
        """The requests in one WebSocket frame, which may have many lines.

        Each line is decoded only when the iterator is advanced.
        """
        is_empty = True
        for line in _LINE.finditer(text):
            is_empty = False
            yield self.decode(line[0].encode(), routes)
        if is_empty:
            # It may be the answer to a prompt.
            yield Request("", "")

    # To the client.

    def event(self, stored: Stored, room: str | None) -> bytes:
        """Its lines; each begins with the room if that is not the current one."""
        event = stored.event
        if "\n" in getattr(event, "text", ""):
            return self._lines(shown_lines(event), room)
        return self._line(shown_line(event), room)

    def direct_message(
        self, stored: Stored, event: DirectMessage, *, sent: bool
    ) -> bytes:
        """Its lines."""
        return self._lines(direct_message_lines(event, sent=sent))

    def bulk_presence(self, bulk: BulkPresence, room: str | None) -> bytes:
        """One line for all of them."""
        return self._line(bulk_presence_line(bulk), room)

    def reply(self, reply: Reply, viewer: Viewer, ref: str | None) -> bytes:
        """Any number of lines; a line has no place for a ``ref``."""
        if isinstance(reply, HelpHint):
            return self._hint
        if isinstance(reply, Prompt):
            return self._prompt(reply.text.encode())
        if isinstance(reply, Welcome) and not reply.resumed and not reply.topic:
            head = [f"Welcome, {reply.nick}!", *reply.motd]
            return self._lines(head) + self._encoded_history(reply.history)
        return self._lines(reply_lines(reply, viewer.member_id))

    def _encoded_history(self, history: tuple[Stored, ...]) -> bytes:
        # Clients that join together see the same history: encode it once.
        if self._history[0] is not history:
            lines = newest_lines(history)
            self._history = (history, self._lines(lines))
        return self._history[1]

    def _line(self, line: str | None, room: str | None) -> bytes:
        if line is None:
            return b""
        if room is not None:
            line = f"[#{room}] {line}"
        return self._frame(line.encode("utf-8", "replace"))

    def _lines(self, lines: Iterable[str], room: str | None = None) -> bytes:
        return b"".join(self._line(line, room) for line in lines)
