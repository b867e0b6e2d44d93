"""How often sessions may be opened, on one connection and from one address.

Whoever opens sessions without end would otherwise soon have all of them.  A handshake
that comes too early is answered later; none is refused.  Loopback addresses are exempt
from what is counted by address.  Those of trusted proxies are exempt from what is
counted by connection, as each connection carries the requests of many clients.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from twisted.internet.interfaces import IReactorTime
from twisted.web.http import HTTPChannel, Request

from twisted_chat.net.host_rate import HostRate


class Handshakes:
    """Delays handshakes.

    :param burst: handshakes at once on one connection.
    :param per_second: handshakes a second after that, also from one address.
    :param burst_per_host: handshakes at once from one address.
    """

    def __init__(
        self, clock: IReactorTime, burst: int, per_second: float, burst_per_host: int
    ) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_second
        # When each may have a whole burst again.
        self._connections: WeakKeyDictionary[HTTPChannel, float] = WeakKeyDictionary()
        self._hosts = HostRate(burst_per_host, per_second)

    def delay(self, request: Request) -> float:
        """Count a handshake.

        :return: the seconds after which it may be answered.
        """
        now = self._clock.seconds()
        channel, client = request.channel, request.getClientAddress()
        wait = 0.0
        if client == channel.getPeer():
            full_at = max(now, self._connections.get(channel, now)) + self._cost
            self._connections[channel] = full_at
            wait = full_at - now - self._burst * self._cost
        return max(wait, self._hosts.delay(client, now), 0.0)

    @property
    def _cost(self) -> float:
        """Seconds that one handshake takes."""
        return 1 / self._per_second
