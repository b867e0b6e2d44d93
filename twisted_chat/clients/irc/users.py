"""Members as IRC shows them: user name, host, flags; those that have left.

A member that is connected by something else than IRC has a user name and a real name
all the same, as IRC has no place without one.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Client
from twisted_chat.core.moderation.masks import USER, host_of
from twisted_chat.core.names.name_watch import Departed
from twisted_chat.core.names.nicknames import is_guest
from twisted_chat.core.presence import Member
from twisted_chat.core.texts.sanitize import cut_label, is_blank, sanitize_label

from .profile import Profile, profile_of

MAX_USER = 16
"""Characters of a user name that are shown."""

MAX_REALNAME = 150
"""Bytes of a real name."""

MAX_FORMER = 1000
"""Nicknames of which it is remembered who had them."""

MAX_EACH = 10
"""Members that are remembered for one nickname."""

_NOT_IN_USER = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class User:
    """What is shown of a member.

    :ivar user: the user name, with a tilde, as nobody has verified it.
    :ivar host: see ``masks``.
    """

    nick: str
    user: str
    host: str
    realname: str

    @classmethod
    def of(cls, nick: str, member_id: str, profile: Profile | None) -> User:
        """What is shown of a member with this profile, or without one."""
        user, realname = USER, nick
        if profile is not None:
            user = "~" + _NOT_IN_USER.sub("", profile.user)[:MAX_USER]
            realname = profile.realname or nick
        return cls(nick, user, host_of(member_id), realname)


def shown_realname(chat: Chat, text: str) -> str:
    """A real name as others may be shown it; empty if nothing is left."""
    text = cut_label(chat.texts.mask(sanitize_label(text)), MAX_REALNAME).strip()
    return "" if is_blank(text) else text


def profile_of_member(chat: Chat, member: Member) -> Profile | None:
    """The profile of a member's first IRC client on this server."""
    for client in chat.pool.clients_of(member):
        if (profile := profile_of(client)) is not None:
            return profile
    return None


def user_of(chat: Chat, member: Member) -> User:
    """What is shown of a member that is present."""
    return User.of(member.nick, member.id, profile_of_member(chat, member))


def idle_seconds(clients: list[Client]) -> int:
    """For how long a member has sent nothing."""
    known = [client.inbox.idle_seconds() for client in clients if client.inbox]
    return int(min((seconds for seconds in known if seconds is not None), default=0))


class FormerUsers:
    """The last members that had a nickname which they have no longer.

    Guests' names are left out: the server assigns them, and few ask who had one.
    """

    def __init__(self) -> None:
        self._leaving: OrderedDict[str, Profile] = OrderedDict()
        # By folded nickname, the last ones last.
        self._users: OrderedDict[str, list[tuple[User, int]]] = OrderedDict()

    def leaves(self, member_id: str, profile: Profile) -> None:
        """A connection ends; its client is announced to have left later."""
        self._leaving[member_id] = profile
        if len(self._leaving) > MAX_FORMER:
            self._leaving.popitem(last=False)

    def add(self, chat: Chat, departed: Departed) -> None:
        """A member has a nickname no longer."""
        profile = self._leaving.pop(departed.member_id, None)
        if is_guest(departed.folded):
            return
        if profile is None:
            profile = profile_of_member(chat, departed.member)
        user = User.of(departed.nick, departed.member_id, profile)
        users = self._users.pop(departed.folded, [])
        users.append((user, int(chat.runtime.now())))
        self._users[departed.folded] = users[-MAX_EACH:]
        if len(self._users) > MAX_FORMER:
            self._users.popitem(last=False)

    def find(self, folded: str | None) -> Iterator[tuple[User, int]]:
        """Who had a nickname and until when, in seconds since 1970; the last first."""
        if folded is not None:
            yield from reversed(self._users.get(folded, ()))
