r"""The route ``\invite``."""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import Event
from twisted_chat.core.moderation.permissions import MemberAt, check
from twisted_chat.core.moderation.room_settings import (
    INVITATION,
    INVITATION_SECONDS,
    MAX_INVITATIONS,
    setting_key,
)
from twisted_chat.core.moderation_events import Invited
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.durations import is_over

from .guards import room_operator
from .targets import clear, member_named, settings_of

routes: CommandTable[Handler] = CommandTable()


@routes.route("invite", "NAME", "invite NAME to this room, for a day")
def invite(context: CommandContext) -> Event:
    moderation, client = context.chat.moderation, context.client
    settings = settings_of(context)
    if settings.private:
        room_operator(context)
    member = member_named(context, context.word)
    if context.room in member.rooms:
        raise Refused("bad_request", f"{member.nick} is in #{context.room} already")
    permissions = context.chat.permissions
    check(permissions.may_send(client, member))
    invited = MemberAt(member, context.chat.pool.address_of(member))
    if permissions.is_banned_from(invited, context.room):
        text = f"{member.nick} is banned from #{context.room}"
        raise Refused("bad_request", text, f"\\room unban {member.nick} first")
    now = moderation.now()
    invitations = settings.invitations
    if len(invitations) >= MAX_INVITATIONS:
        over = [each for each, end in invitations.items() if is_over(end, now)]
        if not over:
            raise Refused(
                "too_many",
                f"#{context.room} has {len(invitations)} invitations:"
                " wait until they end",
            )
        area = setting_key(context.room, settings.opened, INVITATION, "")
        clear(context, [area + each for each in over])
    end = now + INVITATION_SECONDS * 1000
    return Invited(
        context.room,
        client.nick,
        member.nick,
        client.id,
        member.id,
        end,
        settings.opened,
        client.account,
        client.account_id,
    )
