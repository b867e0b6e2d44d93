r"""The routes for bans of a room and exceptions: ``\room ban``, ``\room except``.

Each follows ``\room``, see ``settings``.
"""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.events import Event
from twisted_chat.core.moderation.room_settings import (
    BAN,
    EXCEPTION,
    INVITE_EXCEPTION,
    RoomSettings,
    setting_key,
)
from twisted_chat.core.moderation.sanctions import (
    MAX_ROOM_SANCTIONS,
    identities_of,
    name_identities,
)
from twisted_chat.core.moderation_events import RoomBanned, RoomExcepted, RoomUnbanned
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import echoed

from .guards import rank_in_room, room_operator
from .subjects import AN_ADDRESS, meant, subject_of
from .targets import keys_concerning, length, make_place, settings_of

routes: CommandTable[Handler] = CommandTable()


@routes.route(
    "ban",
    "WHO [DURATION]",
    "remove someone, and do not let them in again",
    guards=(room_operator,),
)
async def ban(context: CommandContext) -> Event:
    who, duration = context.words
    return await room_banned(context, who, duration)


async def room_banned(
    context: CommandContext, who: str, duration: str = ""
) -> RoomBanned:
    """Ban someone from the room that the request names.

    :raises Refused: ``bad_request``, ``too_many``, ``usage``.
    """
    lasts = length(duration)
    subject = await subject_of(context, who, banned=True)
    # Read only now, as it may have changed meanwhile.
    moderation, settings = context.chat.moderation, settings_of(context)
    rank, now = rank_in_room(context), moderation.now()
    area = setting_key(context.room, settings.opened, BAN, "")
    most, advice = MAX_ROOM_SANCTIONS, "\\room unban one first"
    full = f"{most} bans are in force in #{context.room}"
    make_place(context, settings.bans, area, most, full, advice)
    return RoomBanned(
        context.room,
        context.client.nick,
        subject.who,
        lasts.text,
        context.client.id,
        subject.member_id,
        subject.key,
        " ".join(subject.identities),
        " ".join(subject.networks),
        lasts.end(now),
        rank,
        settings.opened,
        moderation.stamp(),
        " ".join(subject.masks),
    )


@routes.route("unban", "WHO", "let someone in again", guards=(room_operator,))
def unban(context: CommandContext) -> Event:
    return room_unbanned(context, context.word)


def room_unbanned(context: CommandContext, who: str) -> RoomUnbanned:
    """Lift the bans of someone from the room that the request names.

    :raises Refused: ``bad_request``, if there is none.
    """
    keys = _keys(context, BAN, who)
    if not keys:
        raise Refused(
            "bad_request", f"{echoed(who)} is not banned from #{context.room}"
        )
    settings = settings_of(context)
    area = setting_key(context.room, settings.opened, BAN, "")
    return RoomUnbanned(
        context.room,
        context.client.nick,
        _who(settings, BAN, keys[0]),
        context.client.id,
        " ".join(area + each for each in keys),
        rank_in_room(context),
        context.chat.moderation.stamp(),
    )


def _exception(area: str, off: str, begins: str, ends: str) -> None:
    """Declare the routes for one kind of exception.

    :param off: the route that ends it.
    """

    @routes.route(area, "WHO", begins, guards=(room_operator,))
    async def grant(context: CommandContext) -> Event:
        return await room_excepted(context, area, context.word)

    @routes.route(off, "WHO", ends, guards=(room_operator,))
    def end(context: CommandContext) -> Event:
        return exception_ended(context, area, context.word)


_exception(
    EXCEPTION,
    "unexcept",
    "have the bans of the room not concern someone",
    "have them concern someone again",
)
_exception(
    INVITE_EXCEPTION,
    "invite-unexcept",
    "let someone in without an invitation",
    "let someone in only by invitation again",
)


async def room_excepted(context: CommandContext, area: str, who: str) -> RoomExcepted:
    """Except someone from the bans of a room, or from being invited.

    :param area: ``EXCEPTION`` or ``INVITE_EXCEPTION``.
    :raises Refused: ``bad_request``, ``too_many``.
    """
    subject = await subject_of(context, who)
    # Read only now, as it may have changed meanwhile.
    rank, settings = rank_in_room(context), settings_of(context)
    key = setting_key(context.room, settings.opened, area, "")
    most = MAX_ROOM_SANCTIONS
    full = f"{most} exceptions hold in #{context.room}: end one first"
    make_place(context, settings.sanctions(area), key, most, full)
    return RoomExcepted(
        context.room,
        context.client.nick,
        subject.who,
        area,
        True,
        context.client.id,
        key + subject.key,
        " ".join(subject.identities),
        " ".join(subject.networks),
        " ".join(subject.masks),
        rank,
        settings.opened,
        context.chat.moderation.stamp(),
    )


def exception_ended(context: CommandContext, area: str, who: str) -> RoomExcepted:
    """End the exceptions of someone.

    :raises Refused: ``bad_request``, if there is none.
    """
    keys = _keys(context, area, who)
    if not keys:
        shown = echoed(who)
        raise Refused("bad_request", f"there is no exception for {shown}")
    settings = settings_of(context)
    start = setting_key(context.room, settings.opened, area, "")
    return RoomExcepted(
        context.room,
        context.client.nick,
        _who(settings, area, keys[0]),
        area,
        False,
        context.client.id,
        " ".join(start + each for each in keys),
        "",
        "",
        "",
        rank_in_room(context),
        settings.opened,
        context.chat.moderation.stamp(),
    )


def _keys(context: CommandContext, area: str, who: str) -> list[str]:
    """The keys of what concerns someone in an area of the room."""
    member = context.chat.pool.named_as(who)
    identities = identities_of(member) if member else name_identities(who)[:1]
    sanctions = settings_of(context).sanctions(area)
    return keys_concerning(sanctions, meant(who), identities)


def _who(settings: RoomSettings, area: str, key: str) -> str:
    """Whom it concerns, as everyone in the room may read it."""
    found = settings.sanctions(area).get(key)
    return AN_ADDRESS if found.is_by_address else found.who
