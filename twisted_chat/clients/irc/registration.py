"""Registration: an IRC client from its connection until it joins the chat.

It gives a nickname and a user name, and perhaps the password of the server, and
negotiates its capabilities (RFC 2812, section 3.1; https://modern.ircdocs.horse).
Until then nothing of the chat is shown, and nothing is kept but the connection.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

from twisted_chat.core.accounts.record import Account
from twisted_chat.core.client import Identity
from twisted_chat.core.moderation.masks import USER, host_of
from twisted_chat.core.names.nicknames import Name
from twisted_chat.core.names.registry import NickTaken
from twisted_chat.core.replies import ErrorReply, Refused

from .batches import Item
from .cap_lines import cap_lines
from .capabilities import Negotiation
from .errors import error_lines
from .isupport import EXTENDED, isupport
from .message import Message
from .numerics import (
    ERR_NEEDMOREPARAMS,
    ERR_NICKNAMEINUSE,
    ERR_NONICKNAMEGIVEN,
    ERR_NOTREGISTERED,
    ERR_PASSWDMISMATCH,
    ERR_SASLABORTED,
    RPL_NOWAWAY,
    RPL_UNAWAY,
)
from .profile import Profile
from .reference import Reference
from .sasl import Answer, Authenticated, Authenticator, Sasl
from .sasl_lines import sasl_lines
from .server import IrcServer
from .users import shown_realname

NOT_ENTERED = "Access denied: the password of the server is missing or wrong"

RETRY_DELAY = 0.05
MAX_RETRIES = 20
"""Seconds, and how often, until a nickname is tried again whose owner is leaving."""


class Stage(enum.Enum):
    """The stages of a registration."""

    OPEN = "open"
    """Something is missing."""
    AUTHENTICATING = "authenticating"
    """A response of SASL is checked; what follows it waits."""
    JOINING = "joining"
    """Everything is given, and the client is joining the chat."""
    CLOSED = "closed"
    """The connection is being closed."""


class Registering(Protocol):
    """The connection of a client that registers."""

    profile: Profile

    @property
    def authenticator(self) -> Authenticator:
        """What it needs to authenticate."""

    def show(self, *lines: Item) -> None:
        """Send lines."""

    def join(self, nick: str, account: Account | None) -> None:
        """Let the client join the chat; ``Registration.refused`` is called if not.

        :param account: to which it is logged in.
        """

    def pause(self) -> None:
        """Stop reading; what was received already is still passed on."""

    def resume(self) -> None:
        """Read again."""

    def close(self, reason: str) -> None:
        """Close the connection."""


_Method = Callable[["Registration", Message], None]


class Registration:
    """What one client has given so far.

    :ivar nick: the nickname that it asks for; empty if it has not.
    """

    __slots__ = (
        "_account",
        "_identity",
        "_password",
        "_peer",
        "_retries",
        "_server",
        "_waiting",
        "nick",
        "stage",
    )

    def __init__(
        self, server: IrcServer, peer: Registering, identity: Identity
    ) -> None:
        self._server = server
        self._peer = peer
        self._identity = identity
        self._password: str | None = None
        self._account: Account | None = None
        # No more than what was received at once.
        self._waiting: list[Message] = []
        self._retries = 0
        self.nick = ""
        self.stage = Stage.OPEN

    def receive(self, message: Message) -> None:
        """A command of the client."""
        if self.stage is Stage.AUTHENTICATING:
            self._waiting.append(message)
        elif self.stage is Stage.OPEN:
            self._take(message)

    def _take(self, message: Message) -> None:
        command = message.command
        take = self._COMMANDS.get(command)
        if take is None:
            self._peer.show(ERR_NOTREGISTERED())
            return
        least, method = take
        if len(message.params) < least:
            self._peer.show(ERR_NEEDMOREPARAMS(command))
            return
        method(self, message)

    def refused(self, why: Refused) -> None:
        """The client may not join under its nickname: it may ask for another."""
        is_free_soon = isinstance(why, NickTaken) and (
            self._server.is_free_soon(why.owner)
        )
        if is_free_soon and self._retries:
            # It may be the client itself, which has just quit.
            self._retries -= 1
            self._server.chat.runtime.call_later(RETRY_DELAY, self._join)
            return
        self.stage = Stage.OPEN
        self._refuse("NICK", self.nick, why)
        self.nick = ""

    def _refuse(self, command: str, target: str, why: Refused) -> None:
        error = ErrorReply.of(why)
        self._peer.show(*error_lines(error, Reference(command, target), "*"))

    def complete(self) -> None:
        """Let the client join, if nothing is missing."""
        profile = self._peer.profile
        negotiates = profile.capabilities.negotiation is Negotiation.OPEN
        if not self.nick or not profile.user or negotiates:
            return
        entrance = self._server.chat.entrance
        if entrance is not None:
            try:
                entrance.check(self._password or "", self._identity)
            except Refused as refused:
                self._peer.show(ERR_PASSWDMISMATCH(text=refused.text))
                self._close(NOT_ENTERED)
                return
        if profile.sasl is not None and profile.sasl.in_progress:
            profile.sasl.abort()
            self._peer.show(ERR_SASLABORTED())
        self.stage = Stage.JOINING
        self._retries = MAX_RETRIES
        self._join()

    def _join(self) -> None:
        if self.stage is Stage.JOINING:
            self._peer.join(self.nick, self._account)

    def end(self) -> None:
        """The connection is gone."""
        self.stage = Stage.CLOSED

    def _close(self, reason: str) -> None:
        self.stage = Stage.CLOSED
        self._peer.close(reason)

    # One method for each command.

    def _cap(self, message: Message) -> None:
        capabilities = self._peer.profile.capabilities
        lines = cap_lines(
            self._peer.profile, message.params, self.nick, self._server.name
        )
        self._peer.show(*lines)
        if capabilities.negotiation is Negotiation.CLOSED:
            self.complete()

    def _pass(self, message: Message) -> None:
        self._password = message.params[-1]

    def _nick(self, message: Message) -> None:
        nick = message.params[0] if message.params else ""
        if not nick:
            self._peer.show(ERR_NONICKNAMEGIVEN())
            return
        try:
            name = Name.of(nick)
        except Refused as refused:
            self._refuse("NICK", nick, refused)
            return
        # Whether it is registered counts once the client has logged in, or has not.
        member = self._server.chat.pool.named(name.folded)
        in_use = member is not None and not self._server.is_leaving(member)
        if in_use and member is not None and not member.account:
            self._peer.show(ERR_NICKNAMEINUSE(nick))
            return
        self.nick = nick
        self.complete()

    def _user(self, message: Message) -> None:
        user, *_, realname = message.params
        if not user or not realname:
            self._peer.show(ERR_NEEDMOREPARAMS("USER"))
            return
        profile = self._peer.profile
        profile.user = user
        profile.realname = shown_realname(self._server.chat, realname)
        self.complete()

    def _authenticate(self, message: Message) -> None:
        profile = self._peer.profile
        if profile.sasl is None:
            profile.sasl = Sasl(self._peer.authenticator)
        self.stage = Stage.AUTHENTICATING
        self._peer.pause()
        answer = self._answer(profile.sasl, message.params[0])
        self._server.chat.runtime.spawn(answer)

    async def _answer(self, sasl: Sasl, param: str) -> None:
        try:
            answer = await sasl.receive(param)
            if self.stage is Stage.AUTHENTICATING:
                self._show_answer(answer)
        finally:
            if self.stage is Stage.AUTHENTICATING:
                self.stage = Stage.OPEN
                self._peer.resume()
            while self._waiting and self.stage is Stage.OPEN:
                self._take(self._waiting.pop(0))

    def _show_answer(self, answer: Answer) -> None:
        source = f"{self.nick or '*'}!{USER}@*"
        if isinstance(answer, Authenticated):
            self._account = account = answer.account
            source = f"{self.nick or '*'}!{USER}@{host_of(account.id)}"
        self._peer.show(*sasl_lines(answer, source))

    def _register_account(self, _message: Message) -> None:
        text = "complete the connection first"
        params = ("REGISTER", "COMPLETE_CONNECTION_REQUIRED", "*", text)
        self._peer.show(Message("FAIL", params))

    def _away(self, message: Message) -> None:
        """Be away from the beginning (https://ircv3.net/specs/extensions/pre-away)."""
        if "draft/pre-away" not in self._peer.profile.capabilities.enabled:
            self._peer.show(ERR_NOTREGISTERED())
            return
        text = message.params[0] if message.params else ""
        # A star stands for no text, as that of a program that is never there.
        self._peer.profile.away = "away" if text == "*" else text
        self._peer.show(RPL_NOWAWAY() if text else RPL_UNAWAY())

    def _isupport(self, _message: Message) -> None:
        if EXTENDED in self._peer.profile.capabilities.enabled:
            self._peer.show(*isupport(batched=True))
        else:
            self._peer.show(ERR_NOTREGISTERED())

    def _ping(self, message: Message) -> None:
        self._peer.show(Message("PONG", (self._server.name, message.params[-1])))

    def _quit(self, _message: Message) -> None:
        self._close("quit")

    def _ignore(self, _message: Message) -> None:
        """An answer, or an error of the client."""

    _COMMANDS: ClassVar[Mapping[str, tuple[int, _Method]]] = {
        "CAP": (1, _cap),
        "AUTHENTICATE": (1, _authenticate),
        "REGISTER": (0, _register_account),
        "PASS": (1, _pass),
        "NICK": (0, _nick),
        "USER": (4, _user),
        "AWAY": (0, _away),
        "ISUPPORT": (0, _isupport),
        "PING": (1, _ping),
        "PONG": (0, _ignore),
        "ERROR": (0, _ignore),
        "QUIT": (0, _quit),
    }
    """By name: how many parameters each needs, and what takes it."""
