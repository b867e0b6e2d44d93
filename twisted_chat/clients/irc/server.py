"""The chat as a server of IRC: its name, and what its codecs look up.

There is one for each chat, whatever its IRC clients are connected by.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from twisted_chat import __version__
from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Client
from twisted_chat.core.events import Relayed
from twisted_chat.core.moderation_events import Role
from twisted_chat.core.names.name_watch import NameChanges
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Native, Notice, Reply

from .event_tags import author_of
from .message import Message
from .monitors import Monitors
from .profile import WALLOPS_MODE, profile_of
from .raw import SETNAME, WALLOPS, unpack
from .sources import Sources
from .users import FormerUsers

NAME = "chat.server"
"""The name of the server, unless it is called by another one."""

NETWORK = "twisted_chat"
"""The name of the network, for lists of connections."""

VERSION = f"twisted_chat-{__version__}"

_PREFIXES = ((Role.OPERATOR, "@"), (Role.VOICE, "+"))


class IrcServer:
    """One chat, as IRC clients know it.

    :param name: by which it is called; the source of its replies.
    :ivar started: when it was started, in seconds since 1970.
    :ivar registering: the connections that are not registered.
    :ivar most: the most members that there were at the same time.
    :ivar most_here: the most clients that were connected to this server.
    :ivar former: who had which nickname.
    :ivar monitors: who is told when a nickname appears or disappears.
    """

    def __init__(self, chat: Chat, name: str = NAME) -> None:
        self.chat = chat
        self.name = name
        self.sources = Sources(chat.pool)
        self.started = chat.runtime.now()
        self.registering: set[object] = set()
        self.most = self.most_here = 0
        self.former = FormerUsers()
        self.monitors = Monitors(chat.reply, self.source)
        chat.pool.followers_of = self.monitors.followers_of
        chat.pool.listeners = self._listeners
        chat.pool.relayed = self._relayed
        chat.name_watch.observe(self._names_changed)

    @property
    def created(self) -> str:
        """When it was started, for a person."""
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(self.started))

    def _names_changed(self, changes: NameChanges) -> None:
        pool = self.chat.pool
        self.most = max(self.most, len(pool))
        self.most_here = max(self.most_here, len(pool.clients))
        for departed in changes.gone:
            self.former.add(self.chat, departed)
        self.monitors.changed(changes)

    def _listeners(self, event: Relayed) -> Iterator[tuple[Client, Reply]]:
        """Who is shown a WALLOPS: operators, and who has ``+w``; not who sent it."""
        text = unpack(event.raw).text or ""
        source = self.sources.of(event.nick, event.client_id)
        line = Native((Message(WALLOPS, (text,), source),))
        told = Notice((f"{event.nick} to all operators: {text}",))
        for client in tuple(self.chat.pool.clients.values()):
            if client.id == event.client_id or client.view is None:
                continue
            profile = profile_of(client)
            wants = profile is not None and WALLOPS_MODE in profile.modes
            if wants or self.chat.moderation.is_operator(client.member):
                yield client, told if profile is None else line

    def _relayed(self, event: Relayed) -> None:
        """A member has relayed something about itself: its real name is stored now."""
        raw = unpack(event.raw)
        client = self.chat.pool.clients.get(event.client_id)
        profile = profile_of(client) if client is not None else None
        if raw.command == SETNAME and raw.text is not None and profile is not None:
            profile.realname = raw.text

    def members(self, room: str) -> Sequence[Member]:
        """The members of a room, in the order of joining."""
        known = self.chat.pool.rooms.get(room)
        return tuple(known.members) if known else ()

    def prefixes(self, room: str, member: Member) -> str:
        """What stands before the nickname of a member in a room: ``@``, ``+``, both."""
        settings = self.chat.moderation.settings(room)
        if not settings:
            return ""
        return "".join(
            prefix for role, prefix in _PREFIXES if settings.has_role(role, member)
        )

    def is_leaving(self, member: Member) -> bool:
        """Whether all clients of a member are about to leave the chat."""
        clients = self.chat.pool.clients_of(member)
        return len(clients) == len(member.client_ids) and not any(
            client.accepts_requests for client in clients
        )

    def is_free_soon(self, owner: str) -> bool:
        """Whether a nickname that is taken may be free soon.

        :param owner: the id of whoever has it.  If that one is not here, it is leaving,
            or arriving.
        """
        member = self.chat.pool.member(owner)
        return member is None or self.is_leaving(member)

    def prefixed(self, room: str) -> dict[Member, str]:
        """The prefixes of those members of a room that have any."""
        settings = self.chat.moderation.settings(room)
        found: dict[Member, str] = {}
        for role, prefix in _PREFIXES if settings else ():
            for member_id in settings.roles[role]:
                member = self.chat.pool.member(member_id)
                if member is not None and prefix not in found.get(member, ""):
                    found[member] = found.get(member, "") + prefix
        return found

    def realname(self, client_id: str) -> str:
        """The real name of a member: what it has given, or else its nickname."""
        member = self.chat.pool.member(client_id)
        for client in self.chat.pool.clients_of(member):
            profile = profile_of(client)
            if profile is not None and profile.realname:
                return profile.realname
        return member.nick if member else "*"

    def is_bot(self, member: Member) -> bool:
        """Whether a client of a member, on this server, says that it is a bot."""
        return any(map(self.is_bot_client, member.client_ids))

    def is_bot_client(self, client_id: str) -> bool:
        """The same of one client."""
        client = self.chat.pool.clients.get(client_id)
        profile = profile_of(client) if client is not None else None
        return profile is not None and profile.is_bot

    def source_of(self, event: Any) -> str:
        """The source of an event that names its author by ``nick``."""
        # What is read from a history may have no client id.
        return self.sources.of(event.nick, event.client_id or author_of(event))

    def source(self, member: Member) -> str:
        """The source of what a member does now."""
        return self.sources.of(member.nick, member.id)
