r"""The routes that give roles in a room, and take them: ``\op``, ``\voice``, ..."""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import LOBBY, Event
from twisted_chat.core.moderation.room_settings import MAX_ROLES, RoomSettings
from twisted_chat.core.moderation_events import Role, RoleChanged
from twisted_chat.core.names.nicknames import fold_or_none
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import echoed

from .guards import rank_in_room, room_operator
from .targets import member_in_room, settings_of

routes: CommandTable[Handler] = CommandTable()


@routes.route("op", "NAME", "make NAME a room operator", guards=(room_operator,))
def op(context: CommandContext) -> Event:
    return granted(context, Role.OPERATOR, "is a room operator already")


@routes.route(
    "deop", "NAME", "make NAME no longer a room operator", guards=(room_operator,)
)
def deop(context: CommandContext) -> Event:
    return revoked(context, Role.OPERATOR, "is not a room operator")


@routes.route(
    "voice", "NAME", "let NAME talk while the room is quiet", guards=(room_operator,)
)
def voice(context: CommandContext) -> Event:
    return granted(context, Role.VOICE, "has a voice already")


@routes.route(
    "devoice",
    "NAME",
    "no longer let NAME talk while the room is quiet",
    guards=(room_operator,),
)
def devoice(context: CommandContext) -> Event:
    return revoked(context, Role.VOICE, "has no voice")


# For these and for adapters.


def granted(context: CommandContext, role: Role, already: str) -> Event:
    """Give a role to the member that the first argument names.

    :param already: what is said of one that has it.
    :raises Refused: ``no_such_nick``, ``bad_request``, ``too_many``.
    """
    settings = settings_of(context)
    member = member_in_room(context, context.word)
    if settings.has_role(role, member):
        raise Refused("bad_request", f"{member.nick} {already}")
    if len(settings.roles[role]) >= MAX_ROLES:
        raise Refused(
            "too_many", f"#{context.room} has {MAX_ROLES} of them: remove one first"
        )
    return _role_changed(context, role, member.nick, member.id, granted=True)


def revoked(
    context: CommandContext, role: Role, never: str, *, may_be_last: bool = False
) -> Event:
    """Take a role from whoever the first argument names.

    :param never: what is said of one that does not have it.
    :param may_be_last: the last room operator may take it from itself.
    :raises Refused: ``bad_request``.
    """
    settings, name = settings_of(context), context.word
    found = _holder_named(context, role, name)
    if found is None:
        raise Refused("bad_request", f"{echoed(name)} {never}")
    member_id, nick = found
    if role is Role.OPERATOR:
        _check_stays_operator(settings, member_id)
        if not may_be_last:
            _check_leaves_operator(context, settings, member_id)
    return _role_changed(context, role, nick, member_id, granted=False)


def _holder_named(
    context: CommandContext, role: Role, name: str
) -> tuple[str, str] | None:
    """The id and the nickname of whoever has a role and is meant by a name.

    Who is present is meant first; who is not is known by the nickname of that time,
    even if somebody else has it now.
    """
    pool, holders = context.chat.pool, settings_of(context).holders(role)
    member, folded = pool.named_as(name), fold_or_none(name)
    if member is not None:
        for member_id, _ in holders:
            if member_id in (member.id, *member.clients):
                return member_id, member.nick
    for member_id, holder in holders:
        if pool.member(member_id) is None and fold_or_none(holder.nick) == folded:
            return member_id, holder.nick
    return None


def _check_stays_operator(settings: RoomSettings, member_id: str) -> None:
    """Check that it is not the account that created the room.

    :raises Refused: ``bad_request``.
    """
    if member_id == settings.owner:
        raise Refused("bad_request", "whoever created the room stays its operator")


def _check_leaves_operator(
    context: CommandContext, settings: RoomSettings, member_id: str
) -> None:
    """Check that the room keeps someone who decides.

    :raises Refused: ``bad_request``, for the last room operator itself.
    """
    member, holders = context.client.member, settings.roles[Role.OPERATOR]
    own = {member.id, *member.clients}
    if member_id in own and own.issuperset(holders) and context.room != LOBBY:
        raise Refused(
            "bad_request",
            f"you are the last room operator of #{context.room}",
            "\\op NAME first",
        )


def _role_changed(
    context: CommandContext, role: Role, nick: str, member_id: str, *, granted: bool
) -> Event:
    moderation = context.chat.moderation
    return RoleChanged(
        context.room,
        context.client.nick,
        nick,
        role,
        granted,
        context.client.id,
        member_id,
        rank_in_room(context),
        settings_of(context).opened,
        moderation.stamp(),
    )
