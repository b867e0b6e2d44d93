r"""The route ``\whois``: what is known of someone, one thing on a line."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from twisted_chat.core.accounts.record import Account
from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.client import Client
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.moderation.listing import WITHOUT_EFFECT
from twisted_chat.core.moderation.sanctions import (
    identities_at,
    imposed,
    name_identities,
)
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Notice, Refused, Reply
from twisted_chat.core.texts.sanitize import echoed

UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
"""Seconds of each unit of a duration, the longest first."""

WIRES = {"": "another program", "telnet": "line chat", "websocket": "WebSocket"}
"""What a person calls the wires that are called otherwise in the log."""

routes: CommandTable[Handler] = CommandTable()


@routes.route("whois", "NAME", "show who NAME is")
async def whois(context: CommandContext) -> Reply:
    chat, name = context.chat, context.word
    member = chat.pool.named(fold_or_none(name))
    account = None
    if member is None:
        account = await chat.accounts.find(name)
        # It may be here under another nickname.
        member = None if account is None else chat.pool.member(account.id)
    elif member.account:
        account = await chat.accounts.find(member.account)
    if member is not None:
        known = _of_member(context, member, account)
        return Notice(tuple(f"{member.nick}: {line}" for line in known))
    if account is None:
        shown = echoed(name)
        lines = [*_sanctions(context, name_identities(name), "")]
        if not lines:
            raise Refused("no_such_nick", f"nobody is called {shown}", "(try \\who)")
        return Notice(tuple(f"{shown}: {line}" for line in ("not here", *lines)))
    lines = [_registered(context, account)]
    absence = await chat.account_logins.absence(account)
    if absence is not None:
        lines.append(f"last here {_moment(absence.since)}")
    is_operator = account.id in context.chat.operators.ids
    lines += _sanctions(context, (account.id,), "", of_operator=is_operator)
    return Notice(tuple(f"{account.name}: {line}" for line in lines))


def _of_member(
    context: CommandContext, member: Member, account: Account | None
) -> Iterator[str]:
    if account is None:
        yield "a guest"
    elif member.folded == account.folded:
        yield _registered(context, account)
    else:
        yield f"logged in as {account.name}, {_registered(context, account)}"
    clients = context.chat.pool.clients_of(member)
    yield _connected(clients)
    if member.away:
        yield f"away ({member.away})"
    common = [room for room in context.client.rooms if room in member.rooms]
    if common and member is not context.client.member:
        yield "rooms in common: " + ", ".join(common)
    if context.client.member in context.chat.operators:
        addresses = dict.fromkeys(client.address for client in clients)
        if known := [address for address in addresses if address]:
            yield "from " + ", ".join(known)
    address = next((client.address for client in clients), "")
    identities = identities_at(member, address)
    yield from _sanctions(
        context,
        identities,
        address,
        member.rooms,
        of_operator=context.chat.moderation.is_operator(member),
    )


def _sanctions(
    context: CommandContext,
    identities: Iterable[str],
    address: str,
    rooms: Iterable[str] = (),
    *,
    of_operator: bool = False,
) -> Iterator[str]:
    """The ban and the mutes of someone, which operators are told.

    :param rooms: those that it is in.
    """
    moderation, identities = context.chat.moderation, tuple(identities)
    if not moderation.is_operator(context.client.member):
        return
    kinds = [("banned", moderation.bans), ("muted", moderation.mutes)]
    kinds += ((f"muted in #{room}", moderation.settings(room).mutes) for room in rooms)
    for what, sanctions in kinds:
        found = sanctions.find(identities, address, moderation.now())
        if found is not None:
            effect = WITHOUT_EFFECT if of_operator else ""
            yield f"{what} {imposed(found[1])}{effect}"


def _registered(context: CommandContext, account: Account) -> str:
    since = time.strftime("%Y-%m-%d", time.gmtime(account.created))
    ends = ", an operator" if account.id in context.chat.operators.ids else ""
    return f"registered since {since}{ends}"


def _connected(clients: list[Client]) -> str:
    """By which wires, since when, and for how long it has sent nothing."""
    if not clients:
        return "connected to another server"
    wires = dict.fromkeys(
        WIRES.get(client.identity.wire, client.identity.wire) for client in clients
    )
    line = f"connected by {' and '.join(wires)}"
    line += f" since {_moment(min(client.since for client in clients))}"
    idle = [client.inbox.idle_seconds() for client in clients if client.inbox]
    known = [seconds for seconds in idle if seconds is not None]
    if known and min(known) >= 1:
        line += f", idle for {_duration(min(known))}"
    return line


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def _duration(seconds: float) -> str:
    """As it would be written, to its longest unit."""
    for size, unit in UNITS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return "0s"
