"""Reasons: what a client says as it leaves a room or the chat."""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.replies import Refused

MAX_REASON = 300
"""Bytes of a reason; a longer one is left out."""


def reason(context: CommandContext, text: str, room: str | None = None) -> str:
    """A reason as it may be shown; empty if the client may not say it.

    Nobody is kept from leaving by that.

    :param room: where it is shown; ``None`` for all rooms that the client is in.
    """
    chat, client = context.chat, context.client
    if not text:
        return ""
    try:
        check(chat.permissions.may_speak(client))
        if room is None:
            check(chat.permissions.may_show(client))
        else:
            check(chat.permissions.may_talk(client, room))
        return chat.sanitized_label(text, MAX_REASON)
    except Refused:
        return ""
