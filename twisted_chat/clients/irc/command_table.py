"""The table of all IRC commands."""

from __future__ import annotations

from . import (
    commands_connection,
    commands_history,
    commands_list,
    commands_messages,
    commands_moderation,
    commands_modes,
    commands_relay,
    commands_rooms,
)
from .commands import IrcTable


def standard_commands() -> IrcTable:
    """The commands that every server has."""
    table = IrcTable()
    for commands in (
        commands_connection.commands,
        commands_list.commands,
        commands_messages.commands,
        commands_rooms.commands,
        commands_history.commands,
        commands_modes.commands,
        commands_moderation.commands,
        commands_relay.commands,
    ):
        for command in commands:
            table.add(command)
    return table
