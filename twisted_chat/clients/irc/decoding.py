"""Requests of one client, also those that several lines make together."""

from __future__ import annotations

from collections.abc import Iterable

from twisted_chat.core.replies import NOTHING, Refused, Request, refusal

from .commands import IrcTable
from .commands_messages import sent
from .message import Message
from .multiline import BATCH, CAPABILITY, Multiline, MultilineError
from .profile import Profile
from .reference import Reference


def requests(
    commands: IrcTable, profile: Profile, message: Message
) -> Iterable[Request]:
    """The requests of a message of a client; none until all lines of it are there."""
    in_batch = message.command == BATCH or "batch" in message.tags
    if in_batch and CAPABILITY in profile.capabilities.enabled:
        return _in_batch(profile, message)
    return commands.requests(message)


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
