"""The answers to ``CAP``, before and after the registration."""

from __future__ import annotations

from .capabilities import InvalidSubcommand
from .message import Message
from .numerics import ERR_INVALIDCAPCMD
from .profile import Profile


def cap_lines(profile: Profile, message: Message, nick: str) -> list[Message]:
    """The answer to a ``CAP`` command.

    :param nick: of the client; empty if it has none.
    """
    name = nick or "*"
    try:
        answers = profile.capabilities.receive(message.params)
    except InvalidSubcommand:
        return [ERR_INVALIDCAPCMD(message.params[0] or "*")]
    return [Message("CAP", (name, *params)) for params in answers]
