"""The table of all IRC commands."""

from __future__ import annotations

from . import (
    commands_account,
    commands_connection,
    commands_history,
    commands_list,
    commands_messages,
    commands_moderation,
    commands_modes,
    commands_operators,
    commands_profile,
    commands_queries,
    commands_relay,
    commands_rooms,
    commands_server,
    commands_services,
    commands_who,
)
from .commands import IrcTable


def standard_commands() -> IrcTable:
    """The commands that every server has."""
    table = IrcTable()
    for commands in (
        commands_account.commands,
        commands_connection.commands,
        commands_list.commands,
        commands_messages.commands,
        commands_operators.commands,
        commands_queries.commands,
        commands_rooms.commands,
        commands_history.commands,
        commands_modes.commands,
        commands_profile.commands,
        commands_moderation.commands,
        commands_relay.commands,
        commands_server.commands,
        commands_services.commands,
        commands_who.commands,
    ):
        for command in commands:
            table.add(command)
    return table
