"""What the core keeps of a message of IRC for other IRC clients: ``Message.raw``.

It has the form of a line without source and target: its client-only tags, and ``bot``
if a bot has sent it (https://ircv3.net/specs/extensions/bot-mode), its command,
and its text where that has formatting codes.  The text of the message counts: if the
raw text differs from it in more than codes, it is not shown, as words were masked.

Invariant: it never begins as JSON does, which is the raw text of Socket.IO.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .formatting import unformatted
from .message import format_tags, parse_tags

PRIVMSG, NOTICE, ACTION = "PRIVMSG", "NOTICE", "ACTION"
TAGMSG, SETNAME, WALLOPS = "TAGMSG", "SETNAME", "WALLOPS"

BOT = "bot"
"""The tag of what a bot sends; kept, as its author may be gone later, or elsewhere."""

_STARTS = ("@", "P", "N", "A", "S", "W")


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as an IRC client sent it.

    :ivar command: ``PRIVMSG``, ``NOTICE``, or ``ACTION`` for a direct message that is
        an action.
    :ivar text: with formatting codes; ``None`` if it has none.
    :ivar tags: see ``kept_tags``.
    :ivar target: of a direct message that is sent to some members of a room; empty
        otherwise.
    """

    command: str = PRIVMSG
    text: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    target: str = ""

    def pack(self) -> str | None:
        """The text to keep; ``None`` if there is nothing to keep."""
        if self == _PLAIN:
            return None
        tags = f"@{format_tags(self.tags)} " if self.tags else ""
        text = "" if self.text is None else f" :{self.text}"
        target = f" {self.target}" if self.target else ""
        return f"{tags}{self.command}{target}{text}"

    def shown(self, text: str) -> str:
        """The text that IRC clients are shown.

        :param text: that of the message.
        """
        if self.text is None or unformatted(self.text) != text:
            return text
        return self.text


_PLAIN = Raw()


def kept_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Those tags of a message that others are shown: of clients, with their ``+``."""
    return {
        name: value
        for name, value in tags.items()
        if name.startswith("+") or name == BOT
    }


def is_irc(raw: str | None) -> bool:
    """Whether a raw text is of a message of IRC."""
    return raw is not None and raw.startswith(_STARTS)


def unpack(raw: str | None) -> Raw:
    """The message that was packed; a plain one for the raw texts of others."""
    if raw is None or not raw.startswith(_STARTS):
        return _PLAIN
    tags = {}
    if raw.startswith("@"):
        words, _, raw = raw[1:].partition(" ")
        tags = parse_tags(words)
    head, colon, text = raw.partition(" :")
    command, _, target = head.partition(" ")
    return Raw(command, text if colon else None, tags, target)
