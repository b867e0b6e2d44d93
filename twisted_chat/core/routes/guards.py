"""Guards of the command table: what a client must be for a route."""

from __future__ import annotations

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation.permissions import check, not_room_operator
from twisted_chat.core.moderation_events import Rank
from twisted_chat.core.names.claims import logged_in_already
from twisted_chat.core.names.nicknames import is_guest
from twisted_chat.core.replies import Refused


def operator(context: CommandContext) -> None:
    """Guard: the client is an operator."""
    if not context.chat.moderation.is_operator(context.client.member):
        raise Refused("not_operator", f"only operators may use {_route(context)}")


def room_operator(context: CommandContext) -> None:
    """Guard: the client is a room operator of the room that the request names."""
    rank_in_room(context)


def rank_in_room(context: CommandContext) -> Rank:
    """The rank by which the client may moderate the room that the request names.

    :raises Refused: ``not_in_room``, ``not_room_operator``.
    """
    rank = context.chat.moderation.rank(context.client.member, context.room)
    if rank is None:
        raise not_room_operator(context.room, f"use {_route(context)}")
    return rank


def in_room(context: CommandContext) -> None:
    """Guard: the client is in the room that the request names, or in any."""
    context.chat.room_of(context.client, context.request.room)


def may_speak(context: CommandContext) -> None:
    """Guard: whatever this client says is not refused because it has no account."""
    check(context.chat.permissions.may_speak(context.client))


def may_talk(context: CommandContext) -> None:
    """Guard: the client is neither muted in the room nor kept quiet by it."""
    check(context.chat.permissions.may_talk(context.client, context.room))


def may_talk_there(context: CommandContext) -> None:
    """Guard: the same, of a room that the client need not be in, if that permits it."""
    room = context.room_to_talk_in
    check(context.chat.permissions.may_talk(context.client, room))


def may_send_password(context: CommandContext) -> None:
    """Guard: a password may be sent by this connection."""
    context.chat.accounts.check_secure(secure=context.client.identity.secure)


def logged_in(context: CommandContext) -> None:
    """Guard: the client is logged in."""
    if not context.client.account:
        how = "\\login NAME PASSWORD"
        raise Refused("not_logged_in", "you are not logged in", how)


def logged_in_for_operator(context: CommandContext) -> None:
    """Guard: the same, for someone who may be about to be the first operator."""
    if not context.client.account and not context.chat.operators.ids:
        raise Refused(
            "not_logged_in",
            "an operator needs an account",
            "\\register PASSWORD first, or \\login NAME",
        )
    logged_in(context)


def logged_out(context: CommandContext) -> None:
    """Guard: the client is a guest."""
    if account := context.client.account:
        raise logged_in_already(account)


def may_register(context: CommandContext) -> None:
    """Check that guests may add accounts for themselves, see ``Permissions``.

    :raises Refused: ``not_operator``.
    """
    if not context.chat.permissions.may_register():
        raise Refused("not_operator", "only operators add accounts: ask one of them")


def named(context: CommandContext) -> None:
    """Check that the client has a name that can be registered.

    :raises Refused: ``nick_reserved``, if it has that of a guest.
    """
    if is_guest(context.client.member.folded):
        why = "a guest's name cannot be registered"
        raise Refused("nick_reserved", why, "\\nick NAME first")


def check_readable(context: CommandContext, room: str) -> None:
    """Check that the client may know who is in a room and what was said there.

    :raises Refused: the room is not open to it.
    """
    check(context.chat.permissions.may_read(context.client, room))


def _route(context: CommandContext) -> str:
    request = context.request
    return f"\\{context.chat.table.find(request.route, internal=request.internal).name}"
