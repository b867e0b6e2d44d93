"""What a peer may cost a server: its input, its output, and the time they take.

All connections of a server share one object, whatever their protocols, so that what is
limited by address or in all is counted together.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from .large_inputs import LargeInputs
from .pacing import Pacing
from .slow_readers import SlowReaders
from .traffic import Traffic, Uncounted


class PeerLimits:
    """The limits that connections share.

    :ivar traffic: counts what they receive.
    :ivar pacing: limits the time that reading it takes.
    :ivar large_inputs: limits what is held of messages that are not complete.
    :ivar slow_readers: watches that what is sent is read.
    """

    __slots__ = ("large_inputs", "pacing", "slow_readers", "traffic")

    def __init__(
        self,
        clock: IReactorTime,
        traffic: Traffic | None = None,
        cpu_seconds: Callable[[], float] | None = None,
    ) -> None:
        """Share these limits.

        :param cpu_seconds: see ``Pacing``.
        """
        self.traffic: Traffic = traffic or Uncounted()
        self.pacing = Pacing(clock, cpu_seconds)
        self.large_inputs = LargeInputs()
        self.slow_readers = SlowReaders(clock)
