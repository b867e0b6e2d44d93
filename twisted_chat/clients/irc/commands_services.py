"""NickServ and ChanServ, as people type them from habit.

They are no members: their names are reserved, and a message to one of them is a command
to the server, which is neither stored nor shown to anyone.
"""

from __future__ import annotations

import re

from twisted_chat.core.accounts.logins import peer_of
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.logins import Login
from twisted_chat.core.names.nicknames import SERVICES
from twisted_chat.core.outcomes import Answered, Outcome
from twisted_chat.core.replies import Refused, Reply, Request
from twisted_chat.core.routes.guards import logged_in, logged_out
from twisted_chat.core.routes.logins import enter_account

from .advice import text_of
from .codec import codec_of
from .commands import PREFIX, IrcTable, lines
from .commands_account import own_nick, register_account
from .message import Message
from .numerics import RPL_LOGGEDOUT
from .reference import Reference
from .sasl_lines import logged_in_lines

NICKSERV, CHANSERV = SERVICES["nickserv"], SERVICES["chanserv"]

_ADDRESS = re.compile(r"\s+[^\s@]+@[^\s@]+\.[^\s@]+\Z")
"""An email address, as the services of other servers want it after a password."""

_HELP = {
    NICKSERV: (
        "REGISTER PASSWORD [EMAIL]: make your nickname an account; no mail is sent",
        "IDENTIFY [ACCOUNT] PASSWORD: log in",
        "LOGOUT: be a guest again",
    ),
    CHANSERV: (
        "Whoever creates a room is its operator.",
        "If your nickname is registered, the room and its settings are kept.",
        "MODE #room shows the settings, MODE #room +o NICK makes a room operator.",
    ),
}

commands = IrcTable()


def to_service(service: str, text: str, reference: Reference) -> Request:
    """The request of a message to a service."""
    route = PREFIX + service.lower()
    return Request(route, "", ref=str(reference), internal=True, words=(text,))


@commands.handler("NICKSERV")
@commands.handler("NS")
async def nickserv(context: CommandContext) -> Outcome:
    verb, *rest = " ".join(context.words).strip().split(None, 1) or ["HELP"]
    # No more, as a password may have several blanks in a row.
    words = rest[0].split(None, 1) if rest else []
    try:
        match verb.upper(), words:
            case (("IDENTIFY" | "ID" | "LOGIN"), [password]):
                return await _identify(context, context.client.nick, password)
            case (("IDENTIFY" | "ID" | "LOGIN"), [name, password]):
                return await _identify(context, name, password)
            case "REGISTER", [_, *_]:
                password = _ADDRESS.sub("", rest[0])
                account = await register_account(context, password)
                text = f"Your nickname is registered now: {account.name}"
                return await _enter(context, account, text)
            case "LOGOUT", []:
                return await _log_out(context)
            case "HELP", _:
                return _told(context, NICKSERV, *_HELP[NICKSERV])
    except Refused as refused:
        return _told(context, NICKSERV, f"error: {text_of(refused)}")
    return _told(context, NICKSERV, "Unknown command; send HELP")


@commands.handler("CHANSERV")
@commands.handler("CS")
def chanserv(context: CommandContext) -> Reply:
    return _told(context, CHANSERV, *_HELP[CHANSERV])


async def _identify(context: CommandContext, name: str, password: str) -> Outcome:
    chat, client = context.chat, context.client
    chat.accounts.check_secure(secure=client.identity.secure)
    logged_out(context)
    account = await chat.accounts.log_in(name, password, peer_of(client))
    return await _enter(context, account, f"You are logged in as {account.name}")


async def _enter(context: CommandContext, account: Account, text: str) -> Outcome:
    client = context.client

    def reply(_position: str, _login: Login) -> Reply:
        source = codec_of(client).server.source(client.member)
        notice = _notice(context, NICKSERV, text)
        return lines(*logged_in_lines(account.name, source), notice)

    return await enter_account(context, account, reply, nick=own_nick(client))


async def _log_out(context: CommandContext) -> Outcome:
    chat, client = context.chat, context.client
    logged_in(context)
    await chat.account_logins.end(client.id)
    event = await chat.claims.log_out(client)

    def reply(_position: str) -> Reply:
        source = codec_of(client).server.source(client.member)
        text = f"You are logged out, and called {client.nick} now"
        return lines(RPL_LOGGEDOUT(source), _notice(context, NICKSERV, text))

    return Answered(event, reply)


def _told(context: CommandContext, service: str, *texts: str) -> Reply:
    return lines(*(_notice(context, service, text) for text in texts))


def _notice(context: CommandContext, service: str, text: str) -> Message:
    source = f"{service}!{service}@{codec_of(context.client).server.name}"
    return Message("NOTICE", (context.client.nick, text), source)
