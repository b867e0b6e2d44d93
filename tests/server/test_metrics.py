"""Metrics for Prometheus."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.counters import SECONDS, Histogram
from twisted_chat.net.admission import Admission
from twisted_chat.server.metrics import make_exporter
from twisted_chat.server.sources import Sources
from twisted_chat.testing import TestChat

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@dataclass(frozen=True)
class Scrape:
    """The samples of one answer: name and labels -> value."""

    values: dict[tuple[str, tuple[tuple[str, str], ...]], float]

    def __call__(self, name: str, **labels: str) -> float:
        return self.values[name, tuple(sorted(labels.items()))]

    def names(self) -> set[str]:
        return {name for name, _ in self.values}


class MetricsTests(SynchronousTestCase):
    """The metrics of a chat with two members."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")
        self.admission = Admission(
            100, 1, self.room.runtime.counters.refused_connections
        )
        self.delays = Histogram(SECONDS)
        self.export = make_exporter(
            Sources(self.room.chat, self.room.committer, self.admission), self.delays
        )

    def scrape(self) -> Scrape:
        body, media_type = self.export("")
        self.assertIn("text/plain", media_type)
        families = text_string_to_metric_families(body.decode())
        return Scrape(
            {
                (sample.name, tuple(sorted(sample.labels.items()))): sample.value
                for family in families
                for sample in family.samples
            }
        )

    def test_members_and_what_they_do_are_counted(self) -> None:
        """Since the start of the server."""
        self.alice.types("hello", r"\me waves", r"\dm bob psst", r"\foo")
        found = self.scrape()
        self.assertEqual(found("twisted_chat_members"), 2)
        self.assertEqual(found("twisted_chat_rooms"), 1)
        kind = {"kind": "other", "format": "text"}
        self.assertEqual(found("twisted_chat_clients", **kind), 2)
        for name, count in (
            ("message", 1),
            ("action", 1),
            ("direct_message", 1),
            ("joined", 2),
        ):
            self.assertEqual(found("twisted_chat_events_total", type=name), count)
        counters = self.room.runtime.counters
        self.assertEqual(found("twisted_chat_requests_total"), counters.requests)
        self.assertEqual(found("twisted_chat_deliveries_total"), counters.deliveries)
        self.assertEqual(found("twisted_chat_sent_bytes_total"), counters.sent_bytes)
        refused = found("twisted_chat_refusals_total", code="no_such_command")
        self.assertEqual(refused, 1)

    def test_counters_begin_at_zero(self) -> None:
        """So that the first of its kind is a change."""
        found = self.scrape()
        for name, labels in (
            ("twisted_chat_events_total", {"type": "message"}),
            ("twisted_chat_refused_connections_total", {"reason": "full"}),
            ("twisted_chat_disconnects_total", {"reason": "too_slow"}),
            ("twisted_chat_store_failures_total", {}),
        ):
            self.assertEqual(found(name, **labels), 0)

    def test_connections_have_their_limit_beside_them(self) -> None:
        """And those that were refused."""
        self.admission.enter(None)
        found = self.scrape()
        self.assertEqual(found("twisted_chat_connections"), 1)
        self.assertEqual(found("twisted_chat_connections_limit"), 100)
        self.room.runtime.counters.refused_connections["origin"] += 1
        refused = self.scrape()
        name = "twisted_chat_refused_connections_total"
        self.assertEqual(refused(name, reason="origin"), 1)

    def test_bytes_that_wait_are_those_of_now(self) -> None:
        """In all, and for the slowest client."""
        self.alice.connection.waiting = 1000
        self.bob.connection.waiting = 24
        found = self.scrape()
        self.assertEqual(found("twisted_chat_waiting_bytes"), 1024)
        self.assertEqual(found("twisted_chat_waiting_bytes_max"), 1000)
        self.assertEqual(found("twisted_chat_clients_waiting"), 2)
        self.assertEqual(found("twisted_chat_clients_behind"), 0)
        self.alice.connection.waiting = 1024 * 1024 + 1
        self.assertEqual(self.scrape()("twisted_chat_clients_behind"), 1)
        self.alice.connection.waiting = self.bob.connection.waiting = 0
        found = self.scrape()
        self.assertEqual(found("twisted_chat_waiting_bytes_max"), 0)
        self.assertEqual(found("twisted_chat_clients_waiting"), 0)

    def test_failing_store_is_down(self) -> None:
        """Until it works again."""
        self.assertEqual(self.scrape()("twisted_chat_store_up"), 1)
        self.room.journal.fail(times=None)
        self.alice.types("hello")
        found = self.scrape()
        self.assertEqual(found("twisted_chat_store_up"), 0)
        self.assertEqual(found("twisted_chat_store_failures_total"), 1)
        self.room.journal.recover()
        self.assertEqual(self.scrape()("twisted_chat_store_up"), 1)

    def test_histogram_is_cumulative(self) -> None:
        """With the count and the sum of all values."""
        for seconds in (0.001, 0.002, 0.3, 60.0):
            self.delays.observe(seconds)
        found = self.scrape()
        name = "twisted_chat_reactor_delay_seconds"
        for bound, count in (("0.001", 1), ("0.0025", 2), ("0.5", 3), ("+Inf", 4)):
            self.assertEqual(found(f"{name}_bucket", le=bound), count)
        self.assertEqual(found(f"{name}_count"), 4)
        self.assertAlmostEqual(found(f"{name}_sum"), 60.303)

    def test_each_batch_is_in_the_histograms(self) -> None:
        """By its size and its times."""
        before = self.scrape()
        with self.room.together():
            self.alice.types("one", "two")
        after = self.scrape()
        for name in ("batch_entries", "commit_seconds", "fanout_seconds"):
            count = f"twisted_chat_{name}_count"
            self.assertEqual(after(count) - before(count), 1)
        entries = "twisted_chat_batch_entries_sum"
        self.assertEqual(after(entries) - before(entries), 2)

    def test_process_and_python_are_there(self) -> None:
        """From the library."""
        names = self.scrape().names()
        self.assertLessEqual(
            {"process_start_time_seconds", "process_open_fds", "python_info"}, names
        )
        self.assertIn("twisted_chat_build_info", names)

    def test_openmetrics_is_valid(self) -> None:
        """Its parser checks names, kinds and order."""
        body, media_type = self.export(OPENMETRICS)
        self.assertIn("openmetrics", media_type)
        families = {family.name for family in parse_openmetrics(body.decode())}
        self.assertIn("twisted_chat_events", families)

    def test_names_follow_the_conventions(self) -> None:
        """One prefix; base units; counters end in ``_total``."""
        body, _ = self.export("")
        for family in text_string_to_metric_families(body.decode()):
            if not family.name.startswith(("process_", "python_")):
                self.assertRegex(family.name, r"\Atwisted_chat_[a-z_]+\Z")
                self.assertNotRegex(family.name, "_(ms|kb|mb|milli)")
                self.assertTrue(family.documentation, family.name)
            for sample in family.samples:
                if family.type == "counter":
                    self.assertRegex(sample.name, "_(total|created)$")
