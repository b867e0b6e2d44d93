"""Input that is costly to read, for tests."""

from __future__ import annotations

from twisted.internet.task import Clock

from twisted_chat.net.pacing import PORTION, Pacing
from twisted_chat.net.peer_limits import PeerLimits


def costly_pacing(clock: Clock) -> Pacing:
    """The pacing of a server for which each piece of input takes a whole portion.

    The clock goes on with each look at it.
    """

    def seconds() -> float:
        clock.rightNow += PORTION
        return clock.rightNow

    return Pacing(clock, seconds)


def costly_limits(clock: Clock) -> PeerLimits:
    """The limits of such a server."""
    limits = PeerLimits(clock)
    limits.pacing = costly_pacing(clock)
    return limits
