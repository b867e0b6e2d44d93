"""Counters: what the chat has done since it started, as plain numbers.

The chat adds to them where it does something: once for each batch or request, never for
each recipient.  Whoever wants to know reads them; nothing is computed before that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .replies import ErrorReply, Reply

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Bounds for times."""

ENTRIES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
"""Bounds for the number of events in a batch; the last is the most there can be."""


class Histogram:
    """How many measured values fell into each of some ranges.

    :param bounds: the upper bound of each range, ascending; a bound is in its range.
    :ivar counts: one for each bound, and one for what is above the last.
    :ivar total: the sum of the values.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Iterable[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


@dataclass(slots=True, eq=False)
class Counters:
    """What one server has done.

    :ivar requests: received from clients.
    :ivar events: stored by this server, by their class.
    :ivar deliveries: events and direct messages that were written to clients.
    :ivar received_bytes: from clients, requests for pages included; without TLS.
    :ivar sent_bytes: written to clients, as their codecs encode it.
    :ivar refusals: errors that clients were sent, by their code.
    :ivar rate_limited: how often a client had to wait for the rate limit.
    :ivar disconnects: connections that ended, by reason; ``closed`` for cleanly.
    :ivar refused_connections: connections and sessions that were refused, by reason.
    :ivar failed_batches: batches that could not be stored.
    :ivar batch_entries: events in each batch, stored or not.
    :ivar commit_seconds: from passing a batch to the journal to its announcement.
    :ivar fanout_seconds: spent writing each batch to the clients.
    """

    requests: int = 0
    events: Counter[type] = field(default_factory=Counter)
    deliveries: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    rate_limited: int = 0
    disconnects: Counter[str] = field(default_factory=Counter)
    refused_connections: Counter[str] = field(default_factory=Counter)
    failed_batches: int = 0
    batch_entries: Histogram = field(default_factory=lambda: Histogram(ENTRIES))
    commit_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    fanout_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))

    def count_reply(self, reply: Reply, size: int) -> None:
        """A client was sent a reply of this many bytes."""
        self.sent_bytes += size
        if isinstance(reply, ErrorReply):
            self.refusals[reply.code] += 1
