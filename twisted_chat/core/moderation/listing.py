"""Lists of bans and mutes: under the present nicknames, and whether they have effect.

A sanction is kept under the nickname of the time at which it was imposed, and concerns
no operator.  Whoever becomes one later has no sanction while that lasts.
"""

from __future__ import annotations

from collections.abc import Iterator

from twisted_chat.core.pool import ClientPool
from twisted_chat.core.presence import Member, is_account_id

from .moderation import Moderation
from .sanctions import Sanction, imposed

WITHOUT_EFFECT = ", without effect on an operator"
"""What is added to a sanction that concerns an operator."""


def members_of(pool: ClientPool, sanction: Sanction) -> Iterator[Member]:
    """The members who are present and whom a sanction concerns by their ids."""
    return filter(None, map(pool.member, sanction.identities))


def name_of(pool: ClientPool, sanction: Sanction) -> str:
    """The nickname that whoever a sanction concerns has now, or else had."""
    member = next(members_of(pool, sanction), None)
    return sanction.who if member is None else member.nick


def has_effect(moderation: Moderation, pool: ClientPool, sanction: Sanction) -> bool:
    """Whether whoever a sanction concerns is no operator, present or not."""
    accounts = map(Member, filter(is_account_id, sanction.identities))
    return not any(
        map(moderation.is_operator, (*members_of(pool, sanction), *accounts))
    )


def listed(moderation: Moderation, pool: ClientPool, sanction: Sanction) -> str:
    """A line of a list: whom a sanction concerns, by whom, until when and why."""
    who, name = sanction.who, name_of(pool, sanction)
    if name != who:
        who = f"{name} (formerly {who})"
    effect = "" if has_effect(moderation, pool, sanction) else WITHOUT_EFFECT
    return f"{who} {imposed(sanction)}{effect}"
