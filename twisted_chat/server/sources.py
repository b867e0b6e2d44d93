"""Where the numbers are that an operator may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from twisted_chat.core.chat import Chat
from twisted_chat.core.committer import Committer
from twisted_chat.net.admission import Admission


@dataclass(frozen=True, slots=True)
class Sources:
    """The parts of a server that count.

    :ivar admission: counts the connections of all ports.
    """

    chat: Chat
    committer: Committer
    admission: Admission
