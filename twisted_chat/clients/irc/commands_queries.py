"""The commands that ask about members: WHOIS, WHOWAS, USERHOST, ISON, MONITOR."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused, Reply

from .codec import codec_of
from .commands import IrcTable, lines
from .commands_who import shown_address
from .isupport import MAX_WHOIS
from .message import MAX_BODY, Message
from .monitors import MAX_MONITORED, listed
from .name_lines import joined_words
from .numerics import (
    ERR_MONLISTFULL,
    ERR_NOSUCHNICK,
    ERR_WASNOSUCHNICK,
    RPL_AWAY,
    RPL_ENDOFMONLIST,
    RPL_ENDOFWHOIS,
    RPL_ENDOFWHOWAS,
    RPL_ISON,
    RPL_MONLIST,
    RPL_MONOFFLINE,
    RPL_MONONLINE,
    RPL_USERHOST,
    RPL_WHOISACCOUNT,
    RPL_WHOISACTUALLY,
    RPL_WHOISBOT,
    RPL_WHOISCHANNELS,
    RPL_WHOISIDLE,
    RPL_WHOISOPERATOR,
    RPL_WHOISSECURE,
    RPL_WHOISSERVER,
    RPL_WHOISUSER,
    RPL_WHOWASUSER,
)
from .server import VERSION
from .targets import split
from .users import idle_seconds, user_of

MAX_USERHOST = 5
"""Nicknames that one USERHOST asks about (RFC 2812, section 4.8)."""

commands = IrcTable()


def _no_nick() -> Refused:
    return Refused("no_nick", "no nickname given")


@commands.handler("WHOIS")
def whois(context: CommandContext) -> Reply:
    """The nickname is the last of one or two parameters: a server may precede it."""
    if not context.words or not context.words[-1]:
        raise _no_nick()
    names = split(context.words[1] if len(context.words) > 1 else context.words[0])
    shown: list[Message] = []
    for name in names[:MAX_WHOIS]:
        member = context.chat.pool.named(fold_or_none(name))
        if member is None:
            shown.append(ERR_NOSUCHNICK(name))
        else:
            shown += _whois(context, member)
        shown.append(RPL_ENDOFWHOIS(member.nick if member else name))
    return lines(*shown)


def _whois(context: CommandContext, member: Member) -> Iterator[Message]:
    chat, client, server = context.chat, context.client, codec_of(context.client).server
    user, nick = user_of(chat, member), member.nick
    clients = chat.pool.clients_of(member)
    yield RPL_WHOISUSER(nick, user.user, user.host, "*", user.realname)
    rooms = (
        f"{server.prefixes(room, member)[:1]}#{room}"
        for room in member.rooms
        if chat.permissions.is_listed(client.member, room)
        and chat.permissions.may_read(client, room) is None
    )
    for line in joined_words(rooms, MAX_BODY - 2 * len(nick.encode()) - 200):
        yield RPL_WHOISCHANNELS(nick, line)
    yield RPL_WHOISSERVER(nick, server.name, VERSION)
    if member.away:
        yield RPL_AWAY(nick, member.away)
    if chat.moderation.is_operator(member):
        yield RPL_WHOISOPERATOR(nick)
    if member.account:
        yield RPL_WHOISACCOUNT(nick, member.account)
    if clients and all(each.identity.encrypted for each in clients):
        yield RPL_WHOISSECURE(nick)
    if server.is_bot(member):
        yield RPL_WHOISBOT(nick)
    if member is client.member or chat.moderation.is_operator(client.member):
        addresses = dict.fromkeys(each.address for each in clients)
        for address in filter(None, addresses):
            yield RPL_WHOISACTUALLY(nick, shown_address(address))
    if clients:
        since = min(each.since for each in clients)
        yield RPL_WHOISIDLE(nick, str(idle_seconds(clients)), str(since))


@commands.handler("WHOWAS")
def whowas(context: CommandContext) -> Reply:
    if not context.words or not context.words[0]:
        raise _no_nick()
    name = context.words[0]
    most = context.words[1] if len(context.words) > 1 else ""
    server = codec_of(context.client).server
    shown: list[Message] = []
    users = list(server.former.find(fold_or_none(name)))
    if most.isdecimal() and int(most[:9]):
        users = users[: int(most[:9])]
    for user, until in users:
        shown.append(
            RPL_WHOWASUSER(user.nick, user.user, user.host, "*", user.realname)
        )
        moment = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(until))
        shown.append(RPL_WHOISSERVER(user.nick, server.name, moment))
    return lines(
        *(shown or (ERR_WASNOSUCHNICK(name),)),
        RPL_ENDOFWHOWAS(name),
    )


@commands.handler("USERHOST", 1)
def userhost(context: CommandContext) -> Reply:
    found = []
    for name in context.words[:MAX_USERHOST]:
        member = context.chat.pool.named(fold_or_none(name))
        if member is not None:
            user = user_of(context.chat, member)
            star = "*" if context.chat.moderation.is_operator(member) else ""
            here = "-" if member.away else "+"
            found.append(f"{member.nick}{star}={here}{user.user}@{user.host}")
    return lines(RPL_USERHOST(" ".join(found)))


@commands.handler("ISON", 1)
def ison(context: CommandContext) -> Reply:
    names = " ".join(context.words).split()
    members = (context.chat.pool.named(fold_or_none(name)) for name in names)
    present = dict.fromkeys(member.nick for member in members if member is not None)
    return lines(RPL_ISON(" ".join(present)))


@commands.handler("MONITOR", 1)
def monitor(context: CommandContext) -> Reply:
    monitors, client = codec_of(context.client).server.monitors, context.client
    targets = split(context.words[1]) if len(context.words) > 1 else []
    match context.word.upper():
        case "+":
            return lines(*_monitor(context, targets))
        case "-":
            for target in targets:
                monitors.remove(client, fold_or_none(target) or "")
        case "C":
            monitors.clear(client)
        case "L":
            names = monitors.names(client).values()
            return lines(*listed(RPL_MONLIST, names), RPL_ENDOFMONLIST())
        case "S":
            return lines(*_states(context, monitors.names(client)))
        case _:
            raise Refused("usage", "usage: MONITOR + NICK,NICK, -, C, L or S")
    return lines()


def _monitor(context: CommandContext, targets: list[str]) -> Iterator[Message]:
    monitors = codec_of(context.client).server.monitors
    added: dict[str, str] = {}
    refused: list[str] = []
    for target in targets:
        folded = fold_or_none(target)
        if folded is None:
            # Masks, for example, which nobody may monitor.
            continue
        if refused or not monitors.add(context.client, folded, target):
            refused.append(target)
        else:
            added[folded] = target
    yield from _states(context, added)
    if refused:
        yield ERR_MONLISTFULL(str(MAX_MONITORED), ",".join(refused))


def _states(context: CommandContext, names: dict[str, str]) -> Iterable[Message]:
    """Which of these nicknames are present, and which are not."""
    server, present, absent = codec_of(context.client).server, [], []
    for folded, name in names.items():
        member = context.chat.pool.named(folded)
        if member is None:
            absent.append(name)
        else:
            present.append(server.source(member))
    yield from listed(RPL_MONONLINE, present)
    yield from listed(RPL_MONOFFLINE, absent)
