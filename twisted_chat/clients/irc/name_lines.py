"""The members of a room in lines, as NAMES lists them.

Clients that join together are shown the same members, so the last lines are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twisted_chat.core.pool import Room
from twisted_chat.core.presence import Member

from .server import IrcServer

MAX_FORMS = 8
"""Forms in which the lines are kept: clients differ in their capabilities, and in the
length of a line if their nicknames are not ASCII."""


class NameLines:
    """Makes these lines; one for all clients of a server."""

    def __init__(self, server: IrcServer) -> None:
        self._server = server
        self._nicks: tuple[str, ...] = ()
        self._prefixed: dict[Member, str] = {}
        # By the form that clients want: its lines.
        self._lines: dict[tuple[int, bool, bool], tuple[str, ...]] = {}

    def of(
        self, room: str, most: int, *, with_hosts: bool, with_all_prefixes: bool
    ) -> Sequence[str]:
        """The lines of a room.

        :param most: the bytes of one line.
        :param with_hosts: each member is shown as ``nick!user@host``.
        :param with_all_prefixes: of a member with several roles.
        """
        known = self._server.chat.pool.rooms.get(room)
        if known is None:
            return ()
        prefixed = self._server.prefixed(room)
        # The same tuple for as long as the members, their nicknames and their accounts
        # are the same.
        nicks = known.nicks()
        if nicks is not self._nicks or prefixed != self._prefixed:
            self._nicks, self._prefixed = nicks, prefixed
            self._lines.clear()
        form = (most, with_hosts, with_all_prefixes)
        lines = self._lines.get(form)
        if lines is None:
            if len(self._lines) == MAX_FORMS:
                self._lines.clear()
            words = self._words(known, prefixed, with_hosts, with_all_prefixes)
            lines = self._lines[form] = tuple(joined_words(words, most))
        return lines

    def _words(
        self,
        room: Room,
        prefixed: dict[Member, str],
        with_hosts: bool,
        with_all_prefixes: bool,
    ) -> Iterator[str]:
        source, most = self._server.source, None if with_all_prefixes else 1
        for member in room.members:
            name = source(member) if with_hosts else member.nick
            prefix = prefixed.get(member)
            yield f"{prefix[:most]}{name}" if prefix else name


def joined_words(words: Iterable[str], most: int) -> Iterator[str]:
    """Words in lines of at most so many bytes."""
    line: list[str] = []
    left = most
    for word in words:
        size = (len(word) if word.isascii() else len(word.encode())) + 1
        if line and size > left + 1:
            yield " ".join(line)
            line, left = [], most
        line.append(word)
        left -= size
    if line:
        yield " ".join(line)
