"""Metrics for Prometheus, made of what the chat counts when they are asked for.

Needs the package ``prometheus-client``, and is imported only if metrics are served.
docs/operations.md explains each metric.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from twisted_chat import __version__
from twisted_chat.clients.json import JsonCodec
from twisted_chat.clients.socketio_codec import SocketIOCodec
from twisted_chat.core.counters import Histogram
from twisted_chat.core.interfaces import Codec
from twisted_chat.net.send_queue import LONG_FRACTION, MAX_QUEUED

from .sources import Sources

PREFIX = "twisted_chat_"

_FORMATS = ((JsonCodec, "json"), (SocketIOCodec, "socket.io"))
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def make_exporter(
    sources: Sources, timer_delays: Histogram
) -> Callable[[str], tuple[bytes, str]]:
    """Make what answers a request for metrics.

    :param timer_delays: how late timers of the reactor were, in seconds.
    :return: takes the ``Accept`` header, and returns a body and its media type.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ChatCollector(sources, timer_delays))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)

    def export(accept: str) -> tuple[bytes, str]:
        encode, media_type = choose_encoder(accept)
        return encode(registry), media_type

    return export


class ChatCollector(Collector):
    """The metrics of the chat, as they are at each request."""

    def __init__(self, sources: Sources, timer_delays: Histogram) -> None:
        self._sources = sources
        self._timer_delays = timer_delays

    def collect(self) -> Iterator[Metric]:
        """Prometheus: all metrics, now."""
        yield InfoMetricFamily(
            f"{PREFIX}build", "The version of the server.", {"version": __version__}
        )
        yield from self._presence()
        yield from self._activity()
        yield from self._troubles()
        yield from self._times()

    def _presence(self) -> Iterator[Metric]:
        pool, admission = self._sources.chat.pool, self._sources.admission
        present = pool.clients.values()
        # The reactor waits for this: about 10 ms with 10,000 clients.
        codecs = Counter([(client.identity.wire, client.codec) for client in present])
        kinds: Counter[tuple[str, str]] = Counter()
        for (wire, codec), count in codecs.items():
            kinds[wire or "other", _format(codec)] += count
        waiting = [size for client in present if (size := client.connection.waiting)]
        clients = GaugeMetricFamily(
            f"{PREFIX}clients",
            "Clients of this server, by kind and by the format that they receive.",
            labels=("kind", "format"),
        )
        for labels, count in sorted(kinds.items()):
            clients.add_metric(labels, count)
        yield clients
        yield _gauge("members", "Members of the chat, of all servers.", len(pool))
        rooms = sum(1 for room in pool.rooms.values() if room.members)
        yield _gauge("rooms", "Rooms that have members.", rooms)
        yield _gauge("connections", "Connections to all ports.", admission.total)
        yield _gauge(
            "connections_limit", "Most connections (--max-clients).", admission.limit
        )
        yield _gauge(
            "clients_waiting", "Clients that have yet to receive bytes.", len(waiting)
        )
        yield _gauge("waiting_bytes", "Bytes that wait for all clients.", sum(waiting))
        yield _gauge(
            "waiting_bytes_max",
            "Bytes that wait for the slowest client; beyond 8 MiB it is disconnected.",
            max(waiting, default=0),
        )
        yield _gauge(
            "clients_behind",
            "Clients for which more bytes wait than may for long (1 MiB).",
            sum(size > MAX_QUEUED // LONG_FRACTION for size in waiting),
        )
        yield _gauge(
            "draining_clients",
            "Disconnected clients whose requests are still being taken.",
            pool.draining,
        )

    def _activity(self) -> Iterator[Metric]:
        counters = self._sources.chat.runtime.counters
        yield _counter("requests", "Requests from clients.", counters.requests)
        events = {_event_name(kind): n for kind, n in counters.events.items()}
        # A rate needs a first value to begin with.
        for name in ("message", "action", "direct_message"):
            events.setdefault(name, 0)
        yield _by_label("events", "Events stored by this server.", "type", events)
        yield _counter(
            "deliveries",
            "Events and direct messages written to clients.",
            counters.deliveries,
        )
        yield _counter(
            "received_bytes", "Bytes received from clients.", counters.received_bytes
        )
        yield _counter("sent_bytes", "Bytes written to clients.", counters.sent_bytes)

    def _troubles(self) -> Iterator[Metric]:
        sources = self._sources
        counters = sources.chat.runtime.counters
        yield _by_label(
            "refusals", "Errors sent to clients.", "code", counters.refusals
        )
        yield _counter(
            "rate_limited",
            "Times that a client had to wait for the rate limit (--flood).",
            counters.rate_limited,
        )
        yield _by_label(
            "disconnects",
            "Clients whose connection ended.",
            "reason",
            {"too_slow": 0, "closed": 0, **counters.disconnects},
        )
        yield _by_label(
            "refused_connections",
            "Connections, sessions and pages that were refused.",
            "reason",
            {"full": 0, "per_host": 0, **counters.refused_connections},
        )
        yield _gauge(
            "store_up",
            "Whether events can be stored: 1 or 0.",
            int(sources.chat.journal.problem() is None),
        )
        yield _counter("store_failures", "Batches not stored.", counters.failed_batches)
        yield _gauge(
            "commit_queue_length",
            "Events that are not stored yet.",
            sources.committer.queue_length,
        )

    def _times(self) -> Iterator[Metric]:
        counters = self._sources.chat.runtime.counters
        yield _histogram("batch_entries", "Events in a batch.", counters.batch_entries)
        yield _histogram(
            "commit_seconds",
            "Time from passing a batch to the store until it is announced.",
            counters.commit_seconds,
        )
        yield _histogram(
            "fanout_seconds",
            "Time spent writing a batch to the clients.",
            counters.fanout_seconds,
        )
        yield _histogram(
            "reactor_delay_seconds",
            "How late timers are, sampled twice a second.",
            self._timer_delays,
        )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    """A counter, to whose name the library adds ``_total``."""
    return CounterMetricFamily(PREFIX + name, text, value=value)


def _by_label(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    """A counter with one value for each value of a label."""
    family = CounterMetricFamily(PREFIX + name, text, labels=(label,))
    for value, count in sorted(values.items()):
        family.add_metric((value,), count)
    return family


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    buckets: list[tuple[str, float]] = []
    count = 0
    bounds = [*map(float, histogram.bounds), float("inf")]
    for bound, inside in zip(bounds, histogram.counts, strict=True):
        count += inside
        buckets.append(("+Inf" if bound == float("inf") else str(bound), count))
    return HistogramMetricFamily(
        PREFIX + name, text, buckets=buckets, sum_value=histogram.total
    )


def _format(codec: Codec) -> str:
    """What a codec makes: ``json``, ``socket.io``, or else lines of ``text``."""
    for kind, name in _FORMATS:
        if isinstance(codec, kind):
            return name
    return "text"


def _event_name(kind: type) -> str:
    """``DirectMessage`` is ``direct_message``."""
    return _WORD.sub("_", kind.__name__).lower()
