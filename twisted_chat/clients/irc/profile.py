"""The profile of an IRC client: what its connection has said of itself."""

from __future__ import annotations

from collections.abc import Mapping

from twisted_chat.core.client import Client

from .capabilities import Capabilities
from .multiline import Multiline
from .sasl import Sasl

BOT_MODE = "B"
"""The user mode of a client that says of itself that it is a bot."""

WALLOPS_MODE = "w"
"""The user mode of a client that is shown ``WALLOPS``."""

USER_MODES = "io" + BOT_MODE + WALLOPS_MODE
"""What a user can have: invisible, as all are; operator; what it sets."""

NO_MODES: frozenset[str] = frozenset()


class Profile:
    """What is known of one connection, besides what the chat knows.

    :param offered: the capabilities that it is offered.
    :ivar user: the user name that it gave.
    :ivar realname: its real name; shown as one likes.
    :ivar capabilities: what it has negotiated.
    :ivar modes: the user modes that it has set.
    :ivar multiline: a message of several lines that it has begun to send.
    :ivar away: the away text with which it joins the chat; empty for none.
    :ivar quit_text: why it leaves, as others are shown; empty if it has given no
        reason.
    :ivar sasl: its exchange; ``None`` until it begins one.
    """

    __slots__ = (
        "away",
        "capabilities",
        "modes",
        "multiline",
        "quit_text",
        "realname",
        "sasl",
        "user",
    )

    def __init__(self, offered: Mapping[str, str]) -> None:
        self.away = ""
        self.user = ""
        self.realname = ""
        self.capabilities = Capabilities(offered)
        self.modes = NO_MODES
        self.multiline: Multiline | None = None
        self.quit_text = ""
        self.sasl: Sasl | None = None

    @property
    def is_bot(self) -> bool:
        """Whether it says that it is a bot."""
        return BOT_MODE in self.modes


def profile_of(client: Client) -> Profile | None:
    """The profile of a client; ``None`` if it is not an IRC client."""
    profile: object = getattr(client.connection, "profile", None)
    return profile if isinstance(profile, Profile) else None
