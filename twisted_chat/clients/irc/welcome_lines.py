"""The welcome: what a client is shown once it is registered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .batches import Item
from .isupport import isupport
from .message import Message
from .numerics import (
    ERR_NOMOTD,
    RPL_CREATED,
    RPL_ENDOFMOTD,
    RPL_MOTD,
    RPL_MOTDSTART,
    RPL_MYINFO,
    RPL_WELCOME,
    RPL_YOURHOST,
)
from .profile import USER_MODES
from .server import NETWORK, VERSION, IrcServer

ROOM_MODES = "bIeiklmnostv"
"""What a room can have set."""

ROOM_MODES_WITH_PARAMETER = "bIeklov"
"""Those that have a parameter."""


def welcome_lines(
    server: IrcServer, source: str, motd: Sequence[str], *, batched: bool = False
) -> Iterator[Item]:
    """The first lines.

    :param source: of the client.
    :param batched: see ``isupport``.
    :param motd: the message of the day.
    """
    yield RPL_WELCOME(f"Welcome to {NETWORK}, {source}")
    yield RPL_YOURHOST(f"Your host is {server.name}, running version {VERSION}")
    yield RPL_CREATED(f"This server was started {server.created}")
    yield RPL_MYINFO(
        server.name, VERSION, USER_MODES, ROOM_MODES, ROOM_MODES_WITH_PARAMETER
    )
    yield from isupport(batched=batched)
    yield from motd_lines(server, motd)


def motd_lines(server: IrcServer, motd: Sequence[str]) -> Iterator[Message]:
    """The message of the day."""
    if not motd:
        yield ERR_NOMOTD()
        return
    yield RPL_MOTDSTART(f"- {server.name} Message of the day - ")
    for line in motd:
        yield RPL_MOTD(f"- {line}")
    yield RPL_ENDOFMOTD()
