"""Masks: what is seen of a member, with wildcards, as IRC has it for bans.

A member is seen as ``nick!user@host``.  In a mask ``*`` stands for any text and ``?``
for one character; capital letters and compatible characters count as equal.  The host
is a digest of the member id: it is the same on every server and for every connection of
an account, and tells nothing of an address.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote

from twisted_chat.core.presence import Member

USER = "~chat"
"""The user name with which every member is seen."""

MAX_MASK = 120
"""Characters of a mask."""

_WILDCARDS = frozenset("*?")
_SIGNS = frozenset("*?!@")
_FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f,:]")


@lru_cache(maxsize=16_384)
def host_of(member_id: str) -> str:
    """The host with which a member is seen."""
    digest = blake2b(member_id.encode(), digest_size=6, person=b"irc host")
    return f"{digest.hexdigest()}.chat"


def seen_as(nick: str, member_id: str) -> str:
    """What is seen of a member under a nickname: ``nick!user@host``."""
    return f"{nick}!{USER}@{host_of(member_id)}"


def seen_of(member: Member) -> str:
    """What is seen of a member now."""
    return seen_as(member.nick, member.id)


def mask_in(text: str) -> str | None:
    """The whole mask that a text stands for; ``None`` if it is not one.

    ``bob*`` is ``bob*!*@*``, and ``*@x.chat`` is ``*!*@x.chat``.
    """
    if _SIGNS.isdisjoint(text) or len(text) > MAX_MASK or _FORBIDDEN.search(text):
        return None
    nick, mark, rest = text.partition("!")
    if not mark:
        user, at, host = text.rpartition("@")
        parts = ("*", user, host) if at else (text, "*", "*")
    else:
        user, at, host = rest.rpartition("@")
        parts = (nick, user, host) if at else (nick, rest, "*")
    nick, user, host = (part or "*" for part in parts)
    return f"{nick}!{user}@{host}"


def has_wildcards(text: str) -> bool:
    """Whether a part of a mask stands for more than one text."""
    return not _WILDCARDS.isdisjoint(text)


def folded(mask: str) -> str:
    """A mask as it is compared."""
    return unicodedata.normalize("NFKC", mask).casefold()


def mask_key(mask: str) -> str:
    """The last part of the key of a sanction by mask."""
    return "!" + quote(folded(mask), safe="")


def matches(mask: str, seen: str) -> bool:
    """Whether a folded mask stands for a folded text.

    In steps that are at most the product of the two lengths.
    """
    at = place = 0
    star, tried = -1, 0
    while place < len(seen):
        if at < len(mask) and mask[at] == "*":
            star, tried = at, place
            at += 1
        elif at < len(mask) and mask[at] in ("?", seen[place]):
            at += 1
            place += 1
        elif star >= 0:
            # The last star stands for one more character.
            tried += 1
            at, place = star + 1, tried
        else:
            return False
    return not mask[at:].strip("*")
