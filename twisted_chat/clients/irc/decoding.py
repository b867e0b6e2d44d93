"""Requests of one client, also those that several lines make together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from twisted_chat.core.replies import NOTHING, Refused, Request, refusal

from .commands import IrcTable
from .commands_messages import sent
from .message import Message
from .multiline import BATCH, CAPABILITY, Multiline, MultilineError
from .profile import Profile
from .raw import BOT
from .reference import Reference


def requests(
    commands: IrcTable, profile: Profile, message: Message
) -> Iterable[Request]:
    """The requests of a message of a client; none until all lines of it are there."""
    if profile.is_bot or BOT in message.tags:
        message = _marked(message, is_bot=profile.is_bot)
    in_batch = message.command == BATCH or "batch" in message.tags
    if in_batch and CAPABILITY in profile.capabilities.enabled:
        return _in_batch(profile, message)
    return commands.requests(message)


def _marked(message: Message, *, is_bot: bool) -> Message:
    """A message with the tag of bots if its author is one; no client sends that."""
    tags = {name: value for name, value in message.tags.items() if name != BOT}
    if is_bot:
        tags[BOT] = ""
    return replace(message, tags=tags)


def _in_batch(profile: Profile, message: Message) -> Iterable[Request]:
    """A line of a message of several lines, or its beginning or end."""
    batch = profile.multiline
    try:
        if message.command == BATCH:
            return _bounded(profile, message)
        if batch is None:
            raise MultilineError("invalid", "no batch has begun")
        if not batch.failed:
            batch.add(message)
            # The whole message counts as its lines for the rate limit.
            return ()
    except MultilineError as error:
        if batch is not None:
            batch.failed = True
        label = message.tags.get("label", "")
        reference = Reference(BATCH, label=label).about(*(error.names or ("*",)))
        return (refusal(error, str(reference)),)
    return (NOTHING,)


def _bounded(profile: Profile, message: Message) -> Iterable[Request]:
    """The beginning of a message, or its end.

    :raises MultilineError: neither.
    """
    mark = message.params[0] if message.params else ""
    batch = profile.multiline
    if mark.startswith("+"):
        profile.multiline = None
        if batch is not None and not batch.failed:
            raise MultilineError("invalid", "the batch before it has not ended")
        profile.multiline = Multiline(message)
        return ()
    if batch is None or mark != f"-{batch.batch_id}":
        raise MultilineError("invalid", "there is no such batch")
    profile.multiline = None
    if batch.failed:
        return (NOTHING,)
    text, reference = batch.end(), batch.reference
    try:
        return (sent(reference, text, batch.tags),)
    except Refused as refused:
        return (refusal(refused, str(reference)),)
