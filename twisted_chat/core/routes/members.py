"""The routes of a member: its nickname, whether it is away, and its departure."""

from __future__ import annotations

from contextlib import suppress

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.client import ClientState
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import AWAY, AwaySet, Event, Message, Renamed
from twisted_chat.core.limits import MAX_AWAY
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.names.registry import claim_unreserved
from twisted_chat.core.replies import Refused

routes: CommandTable[Handler] = CommandTable()


@routes.route("nick", "NAME", "change your nickname", aliases=("n",))
async def nick(context: CommandContext) -> Event:
    if context.word == context.client.nick:
        raise Refused("nick_taken", f"your nickname is already {context.word}")
    return await renamed(context)


@routes.route("take_nick", "NAME", internal=True)
async def take_nick(context: CommandContext) -> Event | None:
    """As ``nick``, but a client that reconnects may ask for the name that it has."""
    return None if context.word == context.client.nick else await renamed(context)


async def renamed(context: CommandContext) -> Event:
    """Take the nickname that is the first argument.

    :raises Refused: the client may not have it.
    """
    chat, client = context.chat, context.client
    banned = chat.bans.at_renaming(client, context.word)
    if banned is not None:
        chat.bans.expel(client)
        raise banned
    check(chat.permissions.may_rename(client))
    name = await claim_unreserved(
        chat.names,
        chat.accounts.holder,
        context.word,
        client.member_id,
        account=client.account,
        current=client.nick,
    )
    return Renamed(client.nick, name.text, client.id)


@routes.route(
    "away",
    "[TEXT]",
    "mark yourself as away; without TEXT, switch between away and back",
)
def away(context: CommandContext) -> Event:
    client = context.client
    text = ""
    if context.word:
        check(context.chat.permissions.may_speak(client))
        check(context.chat.permissions.may_show(client))
        text = context.chat.sanitized_label(context.word, MAX_AWAY)
    if not text and not client.member.away:
        text = AWAY
    return AwaySet(client.nick, text, client.id)


@routes.route(
    "quit",
    "[TEXT]",
    "leave the chat, with a last message if you like",
    aliases=("exit",),
)
def leave_chat(context: CommandContext) -> Event | None:
    client, connection = context.client, context.client.connection
    text = ""
    if context.word and client.room is not None:
        with suppress(Refused):  # an empty last message does not keep anyone
            check(context.chat.permissions.may_speak(client))
            text = context.chat.sanitized(context.word)
    client.move_to(ClientState.QUITTING)
    room = client.room if text else None
    if room is not None and context.chat.permissions.may_talk(client, room) is None:
        client.when_idle(lambda: connection.close("quit"))
        return Message(
            room,
            client.nick,
            text,
            client.id,
            account=client.account,
            account_id=client.account_id,
        )
    connection.close("quit")
    return None
