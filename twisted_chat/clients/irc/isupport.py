"""ISUPPORT: what the server tells clients of its limits and features (005)."""

from __future__ import annotations

from collections.abc import Iterator

from twisted_chat.core.limits import MAX_AWAY, MAX_ROOMS, MAX_TOPIC
from twisted_chat.core.moderation.room_settings import (
    EXCEPTION,
    INVITE_EXCEPTION,
    MAX_KEY,
)
from twisted_chat.core.moderation.sanctions import MAX_ROOM_SANCTIONS
from twisted_chat.core.names.nicknames import MAX_NAME
from twisted_chat.core.routes.targets import MAX_REASON

from .batches import Batch, Item
from .commands_list import ELIST
from .history_points import MAX_MESSAGES, TYPES
from .modes import CHANMODES, LISTS, MAX_CHANGES
from .monitors import MAX_MONITORED
from .numerics import RPL_ISUPPORT
from .profile import BOT_MODE
from .server import NETWORK
from .targets import MAX_TARGETS, PREFIXES
from .users import MAX_REALNAME

PER_LINE = 13
"""Tokens in one line: the others are the nickname and the text (RFC 2812)."""

MAX_WHOIS = 10
"""Nicknames that one WHOIS asks about."""


def _letter(area: str) -> str:
    return next(letter for letter, each in LISTS.items() if each == area)


_LIMITED = ",".join(
    f"{name}:{MAX_TARGETS}" for name in ("PRIVMSG", "NOTICE", "TAGMSG", "KICK", "NAMES")
)

TOKENS = (
    f"NETWORK={NETWORK}",
    "CASEMAPPING=ascii",
    "UTF8ONLY",
    "CHANTYPES=#",
    "PREFIX=(ov)@+",
    f"CHANMODES={CHANMODES}",
    f"MODES={MAX_CHANGES}",
    f"MAXLIST={''.join(LISTS)}:{MAX_ROOM_SANCTIONS}",
    f"EXCEPTS={_letter(EXCEPTION)}",
    f"INVEX={_letter(INVITE_EXCEPTION)}",
    "EXTBAN=$,a",
    f"CHATHISTORY={MAX_MESSAGES}",
    f"MSGREFTYPES={TYPES}",
    f"KEYLEN={MAX_KEY}",
    f"KICKLEN={MAX_REASON}",
    f"NICKLEN={MAX_NAME}",
    f"NAMELEN={MAX_REALNAME}",
    f"STATUSMSG={PREFIXES}",
    f"CHANNELLEN={MAX_NAME + 1}",
    f"TOPICLEN={MAX_TOPIC}",
    f"AWAYLEN={MAX_AWAY}",
    f"CHANLIMIT=#:{MAX_ROOMS}",
    f"ELIST={ELIST}",
    f"MONITOR={MAX_MONITORED}",
    f"BOT={BOT_MODE}",
    "WHOX",
    f"TARGMAX=JOIN:,PART:,LIST:,WHOIS:{MAX_WHOIS},{_LIMITED}",
)
"""In the order in which they are sent."""


EXTENDED = "draft/extended-isupport"
"""The capability of clients that ask for them, and are sent a batch."""

BATCH = "draft/isupport"


def isupport(*, batched: bool = False) -> Iterator[Item]:
    """The lines that list them.

    :param batched: they are a batch (https://ircv3.net/specs/extensions/
        extended-isupport).
    """
    if batched:
        yield Batch(BATCH, (), tuple(isupport()))
        return
    for start in range(0, len(TOKENS), PER_LINE):
        yield RPL_ISUPPORT(*TOKENS[start : start + PER_LINE])
