"""Capabilities of an IRC client, and how they are negotiated.

``Capabilities`` has those of one client, and answers its ``CAP`` commands
(https://ircv3.net/specs/extensions/capability-negotiation).  Nothing is read or sent
here.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence

from twisted_chat.core.limits import MAX_TEXT, MAX_TEXT_LINES

MAX_LIST = 300
"""Bytes of a list in one line for which there is room whatever the server is called."""

_VALUES_SINCE = 302
"""From this version on, lists have values and may have several lines."""

_NOTIFY = "cap-notify"

_OF_CODEC = {
    "server-time": "",
    "message-tags": "",
    "echo-message": "",
    "labeled-response": "",
    "batch": "",
    "multi-prefix": "",
    "userhost-in-names": "",
    "extended-join": "",
    "account-notify": "",
    "account-tag": "",
    "away-notify": "",
    "chghost": "",
    "invite-notify": "",
    "setname": "",
    "standard-replies": "",
    "draft/chathistory": "",
    "draft/event-playback": "",
    "draft/read-marker": "",
    "draft/multiline": f"max-bytes={MAX_TEXT},max-lines={MAX_TEXT_LINES}",
    "draft/message-redaction": "",
    "draft/no-implicit-names": "",
    "draft/extended-isupport": "",
}

_OTHERS = {
    _NOTIFY: "",
    "extended-monitor": "",
    "draft/pre-away": "",
}


class InvalidSubcommand(ValueError):
    """A client sent ``CAP`` with something that is not a subcommand."""


# One object for the many clients that enable none.
_NONE: frozenset[str] = frozenset()


class Negotiation(enum.Enum):
    """The stages of the negotiation, in order."""

    NONE = "none"
    """The client has not asked for any."""
    OPEN = "open"
    """It negotiates; its registration waits."""
    CLOSED = "closed"
    """It sent ``CAP END``."""


class Capabilities:
    """The capabilities of one client.

    :param offered: the value of each that it may enable; see ``offer``.
    :ivar enabled: those that it has enabled.
    :ivar negotiation: change it by ``receive``.
    """

    __slots__ = ("_offered", "_version", "enabled", "negotiation")

    def __init__(self, offered: Mapping[str, str]) -> None:
        self._offered = offered
        self._version = 0
        self.enabled = _NONE
        self.negotiation = Negotiation.NONE

    @property
    def of_codec(self) -> frozenset[str]:
        """The enabled ones that change how events and replies are encoded."""
        return frozenset(self.enabled & _OF_CODEC.keys())

    def receive(
        self, params: Sequence[str], most: int = MAX_LIST
    ) -> list[tuple[str, ...]]:
        """Answer a ``CAP`` command.

        :param params: those of the command, at least one.
        :param most: bytes of a list in one line.
        :returns: of each ``CAP`` in the answer the parameters after the nickname.
        :raises InvalidSubcommand: there is no such subcommand.
        """
        subcommand, *rest = params
        argument = rest[0] if rest else ""
        match subcommand.upper():
            case "LS":
                self._begin()
                self._note_version(argument)
                return list(self._list("LS", self._shown(), most))
            case "LIST":
                return list(self._list("LIST", sorted(self.enabled), most))
            case "REQ":
                self._begin()
                return list(self._request(argument.split(), most))
            case "END":
                self.negotiation = Negotiation.CLOSED
                return []
        raise InvalidSubcommand(subcommand)

    def _begin(self) -> None:
        if self.negotiation is Negotiation.NONE:
            self.negotiation = Negotiation.OPEN

    def _note_version(self, argument: str) -> None:
        if argument.isascii() and argument.isdigit() and len(argument) < 10:
            self._version = max(self._version, int(argument))
        if self._version >= _VALUES_SINCE and _NOTIFY in self._offered:
            self.enabled |= {_NOTIFY}

    def _shown(self) -> list[str]:
        if self._version < _VALUES_SINCE:
            return list(self._offered)
        return [
            f"{name}={value}" if value else name
            for name, value in self._offered.items()
        ]

    def _list(
        self, subcommand: str, words: Iterable[str], most: int
    ) -> Iterator[tuple[str, ...]]:
        *lines, last = _lines(words, most)
        if self._version < _VALUES_SINCE:
            # A list of theirs is one line: they are not offered the rest, which is
            # newer than they are.
            yield (subcommand, *lines[:1]) if lines else (subcommand, last)
            return
        for line in lines:
            yield (subcommand, "*", line)
        yield (subcommand, last)

    def _request(self, words: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
        """Enable and disable what a client asks for: all of it, or nothing."""
        enabled = set(self.enabled)
        for word in words:
            name = word.removeprefix("-")
            required = name == _NOTIFY and self._version >= _VALUES_SINCE
            if name not in self._offered or (required and word != name):
                # A client knows its request by the beginning.
                yield ("NAK", next(_lines(words, most)))
                return
            (enabled.add if word == name else enabled.discard)(name)
        self.enabled = frozenset(enabled)
        for line in _lines(words, most):
            yield ("ACK", line)


def offer(mechanisms: Sequence[str], *, registration: bool) -> dict[str, str]:
    """What a client is offered, with the values, the oldest specifications first.

    :param mechanisms: of SASL; without any, SASL is not offered.
    :param registration: it may register an account.
    """
    offered = _OF_CODEC | _OTHERS
    if mechanisms:
        offered["sasl"] = ",".join(mechanisms)
    if registration:
        offered["draft/account-registration"] = ""
    return dict(sorted(offered.items(), key=lambda item: item[0].startswith("draft/")))


def _lines(words: Iterable[str], most: int) -> Iterator[str]:
    """Words in lines of at most so many bytes, or of one word; at least one."""
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if line and len(longer.encode()) > most:
            yield line
            longer = word
        line = longer
    yield line
