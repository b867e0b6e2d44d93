"""The answers to ``CAP``, before and after the registration."""

from __future__ import annotations

from collections.abc import Sequence

from .capabilities import InvalidSubcommand
from .message import MAX_BODY, Message
from .numerics import ERR_INVALIDCAPCMD
from .profile import Profile


def cap_lines(
    profile: Profile, params: Sequence[str], nick: str, server: str
) -> list[Message]:
    """The answer to a ``CAP`` command.

    A list is one line if it fits: some clients ask for version 302, and take the first
    line of a longer list for all of it.

    :param params: of the command.
    :param nick: of the client; empty if it has none.
    :param server: the name of the server.
    """
    name = nick or "*"
    most = MAX_BODY - len(f":{server} CAP {name} LIST * :".encode())
    try:
        answers = profile.capabilities.receive(params, most)
    except InvalidSubcommand:
        return [ERR_INVALIDCAPCMD(params[0])]
    return [Message("CAP", (name, *answer)) for answer in answers]
