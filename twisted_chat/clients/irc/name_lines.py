"""The members of a room in lines, as NAMES lists them.

Clients that join together are shown the same members, so the last lines are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twisted_chat.core.pool import Room
from twisted_chat.core.presence import Member

from .server import IrcServer


class NameLines:
    """Makes these lines; one for all clients of a server."""

    def __init__(self, server: IrcServer) -> None:
        self._server = server
        self._nicks: tuple[str, ...] = ()
        self._form: tuple[object, ...] = ()
        self._lines: tuple[str, ...] = ()

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
        form = (most, with_hosts, with_all_prefixes, prefixed)
        if nicks is not self._nicks or form != self._form:
            words = self._words(known, prefixed, with_hosts, with_all_prefixes)
            self._lines = tuple(joined_words(words, most))
            self._nicks, self._form = nicks, form
        return self._lines

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
