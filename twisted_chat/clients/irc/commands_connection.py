"""The commands of a connection: CAP, NICK, USER, PASS, PING, PONG, QUIT."""

from __future__ import annotations

from collections.abc import Iterable

from twisted.internet.defer import Deferred

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.client import ClientState
from twisted_chat.core.events import Event
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.replies import NOTHING, Refused, Reply, Request
from twisted_chat.core.routes.members import renamed

from .cap_lines import cap_lines
from .codec import IrcCodec
from .commands import IrcTable, lines, request_of
from .isupport import EXTENDED
from .isupport import isupport as isupport_items
from .message import Message
from .profile import profile_of
from .reasons import reason
from .reference import Reference

commands = IrcTable()


@commands.handler("CAP", 1)
def cap(context: CommandContext) -> Reply:
    client = context.client
    profile, codec = profile_of(client), client.codec
    if profile is None or not isinstance(codec, IrcCodec):
        raise TypeError("not an IRC client")
    answer = cap_lines(profile, context.words, client.nick, codec.server.name)
    enabled = profile.capabilities.of_codec
    if enabled != codec.capabilities:
        context.chat.recode(client, codec.with_capabilities(enabled))
    return lines(*answer)


@commands.handler("ISUPPORT")
def isupport(context: CommandContext) -> Reply:
    codec = context.client.codec
    extended = isinstance(codec, IrcCodec) and EXTENDED in codec.capabilities
    return lines(*isupport_items(batched=extended))


def _nick(message: Message, reference: Reference) -> Iterable[Request]:
    if not message.params or not message.params[0]:
        raise Refused("no_nick", "no nickname given")
    yield request_of(reference, message.params[0])


@commands.handler("NICK", decode=_nick)
async def nick(context: CommandContext) -> Event | None:
    if context.word == context.client.nick:
        return None
    return await renamed(context)


@commands.handler("PASS")
@commands.handler("USER")
def reregister(_context: CommandContext) -> Outcome:
    raise Refused("reregistered", "you are registered already")


@commands.handler("PING")
async def ping(context: CommandContext) -> Reply:
    """Answer behind all that was said before, by whomever.

    Clients and tests that ask whether anything more is coming expect that, as from
    servers that show a message in the moment in which it arrives.
    """
    if not context.words:
        raise Refused("no_origin", "PING needs a text")
    codec = context.client.codec
    name = codec.server.name if isinstance(codec, IrcCodec) else ""
    settled: Deferred[None] = Deferred()
    context.chat.when_settled(lambda: settled.callback(None))
    await settled
    return lines(Message("PONG", (name, context.word)))


def _nothing(_message: Message, reference: Reference) -> Iterable[Request]:
    """Everything that is received shows that the client is there."""
    return (request_of(reference) if reference.label else NOTHING,)


@commands.handler("PONG", decode=_nothing)
@commands.handler("ERROR", decode=_nothing)
def answered(_context: CommandContext) -> Outcome:
    """Nothing but an acknowledgement, if there is a label."""
    return None


@commands.handler("QUIT")
def leave_chat(context: CommandContext) -> Outcome:
    client, profile = context.client, profile_of(context.client)
    if profile is not None and context.words:
        profile.quit_text = reason(context, context.word)
    client.move_to(ClientState.QUITTING)
    client.connection.close("quit")
    return lines()
