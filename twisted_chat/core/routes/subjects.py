"""Whom a ban of a room, or an exception from one, concerns, as it is typed.

- a nickname: whoever has it, or one that looks like it, and follows renames;
- ``$a:NAME``: an account;
- an address or a network, by operators only; also as the host of a mask;
- a mask, see ``masks``.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.moderation.masks import folded, has_wildcards, mask_in, mask_key
from twisted_chat.core.moderation.networks import Network, network_in, network_text
from twisted_chat.core.moderation.sanctions import network_key
from twisted_chat.core.replies import Refused
from twisted_chat.core.texts.sanitize import echoed, sanitize_label

from .targets import (
    check_bannable,
    check_not_like_address,
    is_somebody,
    person_named,
    subordinate_account,
)

ACCOUNT = "$a:"
"""What stands before the name of an account."""

AN_ADDRESS = "an address"
"""What is shown in place of an address or a network: these are for operators only."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom it concerns; see ``Sanction``.

    :ivar who: as everyone may read it.
    :ivar key: the last part of the key of the sanction.
    :ivar member_id: of the member that is meant by name, if it is present; else empty.
    """

    who: str
    key: str
    identities: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    member_id: str = ""


async def subject_of(
    context: CommandContext, text: str, *, banned: bool = False
) -> Subject:
    """Whom a text means.

    :param banned: it is to be banned, which nobody can do to oneself or to operators.
    :raises Refused: ``bad_request``, ``not_operator``.
    """
    if text.startswith(ACCOUNT):
        return await _account(context, text.removeprefix(ACCOUNT), banned=banned)
    if await is_somebody(context, text):
        return await _named(context, text, banned=banned)
    network = _network_of(text)
    if network is None:
        check_not_like_address(text.rpartition("@")[2])
    else:
        _check_shown_addresses(context)
        if banned:
            check_bannable(context, network, text.removeprefix("*!*@"))
        key = network_key(network)
        return Subject(AN_ADDRESS, key, networks=(str(network),))
    mask = mask_in(text)
    if mask is not None:
        return Subject(sanitize_label(mask), mask_key(mask), masks=(folded(mask),))
    return await _named(context, text, banned=banned)


async def _account(context: CommandContext, name: str, *, banned: bool) -> Subject:
    account = await context.chat.moderation.find_account(name)
    if account is None:
        raise Refused("bad_request", f"there is no account {echoed(name)}")
    if banned:
        subordinate_account(context, account, "ban")
    return Subject(f"{ACCOUNT}{account.name}", account.id, identities=(account.id,))


async def _named(context: CommandContext, name: str, *, banned: bool) -> Subject:
    person = await person_named(context, name, banned=banned)
    return Subject(
        person.name, person.key, person.identities, member_id=person.member_id
    )


def _check_shown_addresses(context: CommandContext) -> None:
    """Check that the client is an operator: only these are shown addresses."""
    if not context.chat.moderation.is_operator(context.client.member):
        text = "only operators ban or except addresses: give a nickname"
        raise Refused("not_operator", text)


def meant(text: str) -> str:
    """How what a text means is kept, to find it again."""
    network = _network_of(text)
    return text if network is None else network_text(network)


def _network_of(text: str) -> Network | None:
    """The network that is meant, perhaps as the host of a mask: ``*!*@192.0.2.0/24``.

    :raises Refused: ``bad_request``, if something else is meant besides.
    """
    network = network_in(text)
    if network is not None or "@" not in text:
        return network
    mask = mask_in(text.replace(":", "."))
    if mask is None:
        return None
    host = text.rpartition("@")[2]
    network = None if has_wildcards(host) else network_in(host)
    if network is not None and not mask.startswith("*!*@"):
        raise Refused("bad_request", "a mask with an address begins with *!*@")
    return network
