"""The routes ``\\ignore`` and ``\\unignore``; see ``routes``."""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.ignoring.ignore_list import IgnoreList, ignored_member
from twisted_chat.core.ignoring.ignore_records import change_of
from twisted_chat.core.limits import MAX_IGNORED
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.outcomes import Answered, Outcome
from twisted_chat.core.replies import Notice, Refused
from twisted_chat.core.texts.sanitize import echoed

from .targets import member_named

routes: CommandTable[Handler] = CommandTable()


@routes.route(
    "ignore", "[NAME]", "hide the messages of NAME; without NAME, list whom you ignore"
)
def ignore(context: CommandContext) -> Outcome:
    client = context.client
    if not context.word:
        names = sorted(entry.nick for entry in client.ignored or ())
        return Notice((f"you ignore: {', '.join(names) or 'nobody'}",))
    member = member_named(context, context.word)
    if member is client.member:
        raise Refused("bad_request", "you cannot ignore yourself")
    ignored = client.member.ignored
    if ignored is None:
        ignored = client.member.ignored = IgnoreList()
    ends = f"(\\unignore {member.nick} ends it)"
    told = Notice((f"you now ignore {member.nick}",), ends)
    if ignored.of(member) is not None:
        return told
    if len(ignored) >= MAX_IGNORED:
        raise Refused(
            "too_many",
            f"you already ignore {MAX_IGNORED} people",
            "\\unignore one first",
        )
    entry = ignored_member(member, context.chat.pool.address_of(member))
    if client.account:
        event = change_of(client.account_id, entry.key, entry, entry.nick, client.id)
        return Answered(event, lambda _: told)
    ignored.add(entry)
    context.chat.refresh_all(client)
    return told


@routes.route("unignore", "NAME", "show the messages of NAME again")
def unignore(context: CommandContext) -> Outcome:
    client, folded = context.client, fold_or_none(context.word)
    ignored = client.ignored or IgnoreList()
    # The member may have been renamed since.
    entry = ignored.named(folded, context.chat.pool.named(folded))
    if entry is None:
        raise Refused(
            "no_such_nick",
            f"you do not ignore {echoed(context.word)}",
            "(\\ignore lists them)",
        )
    told = Notice((f"you no longer ignore {entry.nick}",))
    if client.account:
        event = change_of(client.account_id, entry.key, None, entry.nick, client.id)
        return Answered(event, lambda _: told)
    ignored.remove(entry)
    context.chat.refresh_all(client)
    return told
