"""The commands that send a message: PRIVMSG and NOTICE."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping

from twisted_chat.clients.text import check_has_no_password
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.events import Event
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.names.nicknames import service_named
from twisted_chat.core.replies import Refused, Request
from twisted_chat.core.routes.direct_messages import direct_message
from twisted_chat.core.routes.guards import may_speak
from twisted_chat.core.texts.sanitize import is_blank

from .codec import codec_of
from .commands import IrcTable, request_of
from .commands_relay import relayed
from .commands_services import to_service
from .formatting import formatted, unformatted
from .message import MAX_BODY, Message
from .message_lines import CTCP
from .raw import ACTION, NOTICE, PRIVMSG, Raw, kept_tags, unpack
from .reference import Reference
from .talk_lines import action_start
from .targets import PREFIXES, check_few, is_part_of_room, is_room, split

commands = IrcTable()

_LOG_IN = "/msg NickServ IDENTIFY NAME PASSWORD logs you in"


def can_be_relayed(message: Message, source: str) -> bool:
    """Whether a message fits into one line with its source before it.

    A client that is told so cuts it where it wants to.
    """
    if message.command not in (PRIVMSG, NOTICE) or len(message.params) < 2:
        return True
    targets, text, *_ = message.params
    return all(
        len(f":{source} {message.command} {target} :{text}".encode()) <= MAX_BODY
        for target in split(targets)
    )


def _to_each(given: Message, reference: Reference) -> Iterable[Request]:
    """A message to each target: a room or a member."""
    params = given.params
    targets = split(params[0]) if params else []
    if not targets:
        raise Refused("no_recipient", "no recipient given")
    if len(params) < 2 or not params[1]:
        raise Refused("no_text", "no text to send")
    check_few(targets)
    tags = given.tags
    if tags:
        tags = kept_tags(tags)
    for each in reference.for_each(targets):
        service = service_named(each.target)
        if service is not None:
            yield to_service(service, params[1], each)
        else:
            yield sent(each, params[1], tags)


def sent(reference: Reference, text: str, tags: Mapping[str, str]) -> Request:
    """The request that sends a text to one target."""
    target, ref = reference.target, str(reference)
    action = _action(text)
    if action is not None:
        text = action
    if action is None and text.startswith(CTCP):
        raw = Raw(reference.command, text, tags).pack()
        return request_of(reference, target, "", raw=raw)
    if is_blank(unformatted(text)):
        raise Refused("no_text", "no text to send")
    check_has_no_password(text, _LOG_IN)
    styled, command = formatted(text), reference.command
    if action is not None:
        # In a room, an action is an event of its own.
        command = PRIVMSG if is_room(target) else ACTION
    # Most messages need nothing more than their text.
    raw = None
    if is_part_of_room(target):
        raw = Raw(command, styled, tags, target).pack()
    elif styled is not None or tags or command != PRIVMSG:
        raw = Raw(command, styled, tags).pack()
    if not is_room(target):
        return request_of(reference, target, text, raw=raw)
    if action is not None:
        return Request("me", action, target, ref, raw, words=(action,))
    return Request("", text, target, ref, raw)


@commands.handler(PRIVMSG, guards=(may_speak,), decode=_to_each)
@commands.handler(NOTICE, guards=(may_speak,), decode=_to_each)
def to_member(context: CommandContext) -> Event | Awaitable[Event] | None:
    """A direct message, or a request between clients.

    Messages to rooms are those of the core.
    """
    name, text = context.words
    if not text:
        return relayed(context, name, context.request.raw or "")
    if is_part_of_room(name):
        return _to_part(context, name, text)
    if unpack(context.request.raw).command == ACTION:
        text = action_start(context.client.nick) + text
    return direct_message(context, name, text)


def _to_part(context: CommandContext, target: str, text: str) -> Event | None:
    """A direct message to each member of a room who has a role there."""
    chat, client = context.chat, context.client
    room = chat.room_of(client, target[1:])
    check(chat.permissions.may_talk(client, room))
    events = [
        event
        for member, prefixes in codec_of(client).server.prefixed(room).items()
        if PREFIXES.index(prefixes[0]) <= PREFIXES.index(target[0])
        and member is not client.member
        and isinstance(event := direct_message(context, member.nick, text), Event)
    ]
    if not events:
        return None
    # The reply to the command is that to the last of them.
    *first, last = events
    for each in first:
        chat.submit(each, client, str(Reference("")))
    return last


def _action(text: str) -> str | None:
    """The text of an action; ``None`` if it is not one."""
    start = f"{CTCP}{ACTION} "
    if not text.startswith(start):
        return None
    return text.removeprefix(start).removesuffix(CTCP)
