"""The table of the backslash routes.

A handler is given a ``CommandContext`` and returns what the route results in: an event
for everyone, a reply to the client that asked, or nothing; or it raises ``Refused``.
Its usage and guards, in the command table, were checked before it is called.
"""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import Command, CommandTable
from twisted_chat.core.replies import Notice, Reply

from . import (
    accounts,
    corrections,
    history,
    ignoring,
    invitations,
    logins,
    members,
    moderation,
    reading,
    roles,
    rooms,
    settings,
    talk,
    whois,
)

FIRST = (
    *("nick", "dm", "who", "help", "me"),
    *("join", "leave", "rooms", "topic", "away", "quit"),
)
"""What a newcomer needs: ``\\help`` lists it first, in this order."""

_routes: CommandTable[Handler] = CommandTable()


def standard_table() -> CommandTable[Handler]:
    """The routes that every server has; add your own to the table returned."""
    found = [*_routes]
    for routes in (
        members.routes,
        talk.routes,
        rooms.routes,
        history.routes,
        ignoring.routes,
        corrections.routes,
        settings.routes,
        roles.routes,
        invitations.routes,
        moderation.routes,
        logins.routes,
        accounts.routes,
        reading.routes,
        whois.routes,
    ):
        found += routes
    found.sort(key=_place)
    table: CommandTable[Handler] = CommandTable()
    for command in found:
        table.add(command)
    return table


def _place(command: Command[Handler]) -> int:
    """The place of a route in the table; those after the first keep their order."""
    return FIRST.index(command.name) if command.name in FIRST else len(FIRST)


@_routes.route("help", "[ROUTE]", "list what you can type, or explain one route")
def show_help(context: CommandContext) -> Reply:
    return Notice(context.chat.table.help(context.word))
