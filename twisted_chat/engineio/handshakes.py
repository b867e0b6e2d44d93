"""How often sessions may be opened, on one connection and from one address.

Whoever opens sessions without end would otherwise soon have all of them.  A handshake
that comes too early is answered later; none is refused.  Loopback addresses are exempt
from what is counted by address.  Those of trusted proxies are exempt from what is
counted by connection, as each connection carries the requests of many clients.
"""

from __future__ import annotations

from itertools import islice
from weakref import WeakKeyDictionary

from twisted.internet.interfaces import IReactorTime
from twisted.web.http import HTTPChannel, Request

from twisted_chat.net.admission import host_key


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
        self._burst_per_host = burst_per_host
        # When each may have a whole burst again.
        self._connections: WeakKeyDictionary[HTTPChannel, float] = WeakKeyDictionary()
        self._hosts: dict[int, float] = {}

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
        host = host_key(client)
        if host is not None:
            self._forget(now)
            # Put last, so that the first ones are those that were idle longest.
            full_at = max(now, self._hosts.pop(host, now)) + self._cost
            self._hosts[host] = full_at
            wait = max(wait, full_at - now - self._burst_per_host * self._cost)
        return max(wait, 0.0)

    @property
    def _cost(self) -> float:
        """Seconds that one handshake takes."""
        return 1 / self._per_second

    def _forget(self, now: float) -> None:
        """Forget addresses that may have a whole burst again, two for each new one."""
        for host in list(islice(self._hosts, 2)):
            if self._hosts[host] > now:
                break
            del self._hosts[host]
