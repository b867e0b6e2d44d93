"""The commands about the server: MOTD, LUSERS, VERSION, TIME, INFO, HELP and others."""

from __future__ import annotations

import time

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation.masks import folded, matches
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.replies import Refused, Reply

from .codec import codec_of
from .commands import IrcTable, lines
from .help_texts import HELP, help_text
from .isupport import isupport
from .message import Message
from .numerics import (
    ERR_HELPNOTFOUND,
    RPL_ADMINEMAIL,
    RPL_ADMINLOC1,
    RPL_ADMINLOC2,
    RPL_ADMINME,
    RPL_ENDOFHELP,
    RPL_ENDOFINFO,
    RPL_ENDOFLINKS,
    RPL_ENDOFSTATS,
    RPL_GLOBALUSERS,
    RPL_HELPSTART,
    RPL_HELPTXT,
    RPL_INFO,
    RPL_LINKS,
    RPL_LOCALUSERS,
    RPL_LUSERCHANNELS,
    RPL_LUSERCLIENT,
    RPL_LUSERME,
    RPL_LUSEROP,
    RPL_LUSERUNKNOWN,
    RPL_STATSUPTIME,
    RPL_TIME,
    RPL_VERSION,
)
from .server import VERSION, IrcServer
from .welcome_lines import motd_lines

DESCRIPTION = "a chat for telnet, browsers and IRC"
"""What the server is, in a few words."""

commands = IrcTable()


def this_server(context: CommandContext) -> None:
    """Guard: the server that the first parameter names is this one, if it names any.

    It may be a mask, or the nickname of a member.
    """
    if not context.words or not context.words[0]:
        return
    server, name = codec_of(context.client).server, context.words[0]
    is_ours = matches(folded(name), folded(server.name))
    if not is_ours and context.chat.pool.named(fold_or_none(name)) is None:
        raise Refused("no_such_server", f"no server is called {name}")


@commands.handler("MOTD", guards=(this_server,))
def motd(context: CommandContext) -> Reply:
    return lines(*motd_lines(codec_of(context.client).server, context.chat.motd))


@commands.handler("VERSION", guards=(this_server,))
def version(context: CommandContext) -> Reply:
    server = codec_of(context.client).server
    return lines(RPL_VERSION(VERSION, server.name, DESCRIPTION), *isupport())


@commands.handler("TIME", guards=(this_server,))
def tell_time(context: CommandContext) -> Reply:
    now = time.gmtime(context.chat.runtime.now())
    text = time.strftime("%A %Y-%m-%d %H:%M:%S UTC", now)
    return lines(RPL_TIME(codec_of(context.client).server.name, text))


@commands.handler("INFO", guards=(this_server,))
def info(context: CommandContext) -> Reply:
    server = codec_of(context.client).server
    texts = (
        f"{VERSION}, {DESCRIPTION}",
        f"This server was started {server.created}",
    )
    return lines(*map(RPL_INFO, texts), RPL_ENDOFINFO())


@commands.handler("ADMIN", guards=(this_server,))
def admin(context: CommandContext) -> Reply:
    return lines(
        RPL_ADMINME(codec_of(context.client).server.name),
        RPL_ADMINLOC1(DESCRIPTION),
        RPL_ADMINLOC2("WHO * o lists the operators that are here"),
        RPL_ADMINEMAIL("Ask one of them"),
    )


@commands.handler("LUSERS")
def lusers(context: CommandContext) -> Reply:
    return lines(*_lusers(codec_of(context.client).server))


def _lusers(server: IrcServer) -> list[Message]:
    chat = server.chat
    pool = chat.pool
    members = list(pool.presence.members.values())
    total, local = len(members), len(pool.clients)
    operators = sum(map(chat.moderation.is_operator, members))
    most, most_here = max(server.most, total), max(server.most_here, local)
    rooms = sum(1 for room in pool.rooms.values() if room.members)
    users = f"There are 0 users and {total} invisible on 1 servers"
    return [
        RPL_LUSERCLIENT(users),
        RPL_LUSEROP(str(operators)),
        RPL_LUSERUNKNOWN(str(len(server.registering))),
        RPL_LUSERCHANNELS(str(rooms)),
        RPL_LUSERME(f"I have {local} clients and 0 servers"),
        RPL_LOCALUSERS(
            str(local),
            str(most_here),
            f"Current local users {local}, max {most_here}",
        ),
        RPL_GLOBALUSERS(
            str(total), str(most), f"Current global users {total}, max {most}"
        ),
    ]


@commands.handler("LINKS")
def links(context: CommandContext) -> Reply:
    """The servers, for operators: how they are connected is nobody else's business."""
    server = codec_of(context.client).server
    end = RPL_ENDOFLINKS("*")
    if not context.chat.moderation.is_operator(context.client.member):
        return lines(end)
    return lines(RPL_LINKS(server.name, server.name, f"0 {DESCRIPTION}"), end)


@commands.handler("STATS")
def stats(context: CommandContext) -> Reply:
    letter = context.words[0][:1] if context.words else ""
    letter = letter if letter.isalnum() else "*"
    shown = []
    if letter == "u":
        server = codec_of(context.client).server
        seconds = int(context.chat.runtime.now() - server.started)
        days, rest = divmod(seconds, 86_400)
        clock = f"{rest // 3600}:{rest // 60 % 60:02d}:{rest % 60:02d}"
        shown.append(RPL_STATSUPTIME(f"Server Up {days} days {clock}"))
    return lines(*shown, RPL_ENDOFSTATS(letter))


@commands.handler("HELP")
@commands.handler("HELPOP")
def show_help(context: CommandContext) -> Reply:
    subject = context.words[0].upper() if context.words else ""
    if not subject:
        names = " ".join(sorted(HELP))
        return lines(*_help("*", "Commands; HELP NAME explains one", names))
    text = help_text(subject)
    if text is None:
        return lines(ERR_HELPNOTFOUND(context.words[0]))
    usage, summary = text
    return lines(*_help(subject, usage, summary))


def _help(subject: str, title: str, text: str) -> list[Message]:
    words, rows = text.split(), [""]
    for word in words:
        if len(rows[-1]) + len(word) > 70:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return [
        RPL_HELPSTART(subject, title),
        *(RPL_HELPTXT(subject, row) for row in rows),
        RPL_ENDOFHELP(subject),
    ]
