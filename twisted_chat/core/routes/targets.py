"""Whom a route of moderation concerns: present members, and names and addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twisted_chat.core.accounts.operators import is_operator
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation.masks import folded, mask_in
from twisted_chat.core.moderation.moderation import KnownAccount
from twisted_chat.core.moderation.networks import (
    Network,
    address_in,
    is_like_address,
    network_in,
    network_text,
)
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.moderation.room_settings import RoomSettings
from twisted_chat.core.moderation.sanctions import (
    Sanctions,
    identities_of,
    name_identities,
    name_key,
)
from twisted_chat.core.moderation_events import Cleared
from twisted_chat.core.names.nicknames import fold_or_none, is_guest
from twisted_chat.core.presence import Member
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.durations import ENDLESS, Duration, duration_in
from twisted_chat.core.texts.sanitize import echoed, sanitize_label

MAX_REASON = 200
"""Bytes of the reason for a kick or a ban."""

_WIDEST = {4: 8, 6: 16}
"""The shortest prefix of a network that may be banned, by version of IP."""


def member_named(context: CommandContext, nick: str) -> Member:
    """The member of a nickname.

    :raises Refused: ``no_such_nick``.
    """
    member = context.chat.pool.named(fold_or_none(nick))
    if member is None:
        raise no_such_nick(nick)
    return member


def no_such_nick(nick: str) -> Refused:
    """Nobody has a nickname."""
    shown = echoed(nick)
    return Refused("no_such_nick", f"nobody here is called {shown}", "(try \\who)")


def member_in_room(context: CommandContext, nick: str) -> Member:
    """The same, of a member of the room that the request names.

    :raises Refused: ``no_such_nick``.
    """
    member = member_named(context, nick)
    if context.room not in member.rooms:
        raise Refused("no_such_nick", f"{member.nick} is not in #{context.room}")
    return member


def settings_of(context: CommandContext) -> RoomSettings:
    """The settings of the room that the request names."""
    return context.chat.moderation.settings(context.room)


def subordinate(context: CommandContext, member: Member, verb: str) -> Member:
    """The member, if one may do this to it.

    :raises Refused: ``bad_request``, for oneself and for operators.
    """
    if member is context.client.member:
        raise Refused("bad_request", f"you cannot {verb} yourself")
    if context.chat.moderation.is_operator(member):
        raise is_operator(member.nick)
    return member


def subordinate_account(
    context: CommandContext, account: KnownAccount, verb: str
) -> KnownAccount:
    """The same for an account, present or not."""
    if account.id == context.client.member.id:
        raise Refused("bad_request", f"you cannot {verb} yourself")
    if account.is_operator:
        raise is_operator(account.name)
    return account


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Whom a ban, or an exception, by name concerns.

    :ivar name: as it is shown.
    :ivar key: of the sanction.
    :ivar identities: see ``sanctions.identities_of``.
    :ivar member_id: of the member, if it is present; else empty.
    """

    name: str
    key: str
    identities: tuple[str, ...]
    member_id: str = ""


async def person_to_ban(context: CommandContext, name: str) -> NamedPerson:
    """Whom a ban by name concerns: see ``person_named``.

    :raises Refused: it is not a name, or that of an operator or of the client itself.
    """
    return await person_named(context, name, banned=True)


async def person_named(
    context: CommandContext, name: str, *, banned: bool = False
) -> NamedPerson:
    """Who is meant by a name: a member, an account, or whoever has the name.

    :param banned: who is meant must be one whom the client may ban.
    :raises Refused: it is not a name.
    """
    member = context.chat.pool.named_as(name)
    account = await context.chat.moderation.find_account(name)
    if member is not None:
        if banned:
            subordinate(context, member, "ban")
        if member.account:
            return NamedPerson(member.nick, member.id, (member.id,), member.id)
    if account is not None:
        if banned:
            subordinate_account(context, account, "ban")
        present = context.chat.pool.member(account.id)
        # Its rooms know it by its nickname.
        shown = present.nick if present else account.name
        member_id = present.id if present else ""
        return NamedPerson(shown, account.id, (account.id,), member_id)
    if member is not None:
        key = name_key(member.nick)
        return NamedPerson(member.nick, key, identities_of(member), member.id)
    identities = name_identities(name)
    if not identities:
        raise _nobody(name)
    return NamedPerson(sanitize_label(name), name_key(name), identities)


def length_and_reason(context: CommandContext, words: str) -> tuple[Duration, str]:
    """What follows whom a ban concerns: ``[DURATION] [TEXT]``.

    :raises Refused: ``usage``, ``too_long``.
    """
    first, _, rest = words.partition(" ")
    if not first[:1].isdecimal():
        return ENDLESS, reason(context, words)
    # A mistyped duration is not the beginning of a reason: the ban would be for ever.
    return length(first), reason(context, rest)


def length(word: str) -> Duration:
    """A duration; without a word, for ever.

    :raises Refused: ``usage``.
    """
    if not word:
        return ENDLESS
    found = duration_in(word)
    if found is None:
        raise Refused(
            "usage",
            f"{echoed(word)} is not a duration: give 30s, 10m, 2h or 7d",
        )
    return found


def reason(context: CommandContext, text: str) -> str:
    """A reason as it may be shown; empty if there is none.

    :raises Refused: ``too_long``, ``account_required``.
    """
    text = text.strip()
    if not text:
        return ""
    # It is shown, like a message.
    check(context.chat.permissions.may_speak(context.client))
    return context.chat.sanitized_label(text, MAX_REASON)


async def is_somebody(context: CommandContext, name: str) -> bool:
    """Whether a member or an account has a name, which may look like an address."""
    if context.chat.pool.named_as(name) is not None:
        return True
    return await context.chat.moderation.find_account(name) is not None


async def network_to_ban(context: CommandContext, text: str) -> Network | None:
    """The network of a ban; ``None`` if the text is a name.

    :raises Refused: see ``check_not_like_address``, ``check_bannable``.
    """
    if await is_somebody(context, text):
        return None
    network = network_in(text)
    if network is None:
        check_not_like_address(text)
    else:
        check_bannable(context, network, text)
    return network


def check_not_like_address(text: str) -> None:
    """Check that what is not an address does not look like one, either.

    :raises Refused: ``bad_request``: taken as a name, it would be of no effect.
    """
    if is_like_address(text):
        shown = echoed(text)
        raise Refused(
            "bad_request",
            f"{shown} is not an address or a network:"
            " give one such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32",
        )


def check_bannable(context: CommandContext, network: Network, typed: str) -> None:
    """Check that a network may be banned.

    :param typed: the form in which it was given.
    :raises Refused: ``bad_request``, if it is too wide, or has an operator in it.
    """
    shortest = _WIDEST[network.version]
    if network.prefixlen < shortest:
        raise Refused(
            "bad_request",
            f"{echoed(typed)} is too wide: give a network of /{shortest} or longer",
        )
    moderation = context.chat.moderation
    for client in context.chat.pool.clients.values():
        address = address_in(client.address)
        if address is None or address not in network:
            continue
        if client.member is context.client.member:
            raise Refused(
                "bad_request", "you cannot ban yourself: you are connected from there"
            )
        if moderation.is_operator(client.member):
            raise Refused(
                "bad_request", f"{client.nick} is an operator and connected from there"
            )


def _nobody(name: str) -> Refused:
    """Whoever has a name, now or later, is not known by it."""
    shown = echoed(name)
    folded = fold_or_none(name)
    if folded is not None and is_guest(folded):
        # The next guest who is called so is somebody else.
        return Refused("no_such_nick", f"{shown} is not here: give the address instead")
    text = f"{shown} is not a nickname, an address or a network"
    return Refused("bad_request", text)


def make_place(
    context: CommandContext,
    sanctions: Sanctions,
    area: str,
    most: int,
    full: str,
    advice: str = "",
) -> None:
    """Delete the sanctions that are over, if there are as many as there may be.

    :param area: how their keys begin.
    :param full: the reason, if they are all in force, with the ``advice``.
    :raises Refused: ``too_many``, then.
    """
    if len(sanctions) >= most:
        ended = sanctions.ended(context.chat.moderation.now())
        if not ended:
            raise Refused("too_many", full, advice)
        clear(context, [area + key for key in ended])


def clear(context: CommandContext, keys: Iterable[str]) -> None:
    """Have these values deleted, with what the client submits next."""
    client = context.client
    context.chat.submit_unasked(Cleared(client.nick, client.id, " ".join(keys)))


def keys_concerning(
    sanctions: Sanctions, name: str, identities: Iterable[str], address: str = ""
) -> list[str]:
    """The keys of the sanctions that are meant by a name, with those behind them.

    :param name: under which they may have been imposed.
    :param identities: of who has the name now.
    :param address: from where that is connected, if those of its network are meant.
    """
    nick, network, meant = fold_or_none(name), network_in(name), set(identities)
    text = network_text(network) if network else None
    shown, place = folded(mask_in(name) or name), address_in(address)
    keys: list[str] = []
    for key, sanction in sanctions:
        if (
            not meant.isdisjoint(sanction.identities)
            or (nick is not None and fold_or_none(sanction.who) == nick)
            or sanction.who == text
            or folded(sanction.who) == shown
            or (place is not None and sanction.is_from(place))
        ):
            keys += sanctions.keys_of(key)
    return keys
