"""The names of all metrics, for tests of what uses them."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from twisted_chat.core.counters import SECONDS, Histogram
from twisted_chat.net.admission import Admission
from twisted_chat.server.metrics import PREFIX, make_exporter
from twisted_chat.server.sources import Sources
from twisted_chat.testing import TestChat


def metrics() -> dict[str, str]:
    """Each metric, by the name that documents use -> its kind.

    The name of a counter ends in ``_total``; that of a histogram has no suffix.
    """
    room = TestChat()
    sources = Sources(room.chat, room.committer, Admission(1, 1))
    body, _ = make_exporter(sources, Histogram(SECONDS))("")
    found = {}
    for family in text_string_to_metric_families(body.decode()):
        suffix = "_total" if family.type == "counter" else ""
        found[family.name.removesuffix("_total") + suffix] = family.type
    return found


def chat_metrics() -> dict[str, str]:
    """Those of the chat itself, without those of the process and of Python."""
    return {name: kind for name, kind in metrics().items() if name.startswith(PREFIX)}
