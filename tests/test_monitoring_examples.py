"""The configurations of Prometheus and Grafana in ``examples/``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml
from twisted.trial.unittest import SynchronousTestCase

from tests.support.metrics import metrics

ROOT = Path(__file__).resolve().parent.parent
PROMETHEUS = ROOT / "examples" / "prometheus"
DASHBOARD = ROOT / "examples" / "grafana" / "dashboard.json"

_NAME = re.compile(r"\b(?:twisted_chat|process|python)_\w+")
_RATED = re.compile(r"\b(?:rate|increase)\((\w+)")
_BY = re.compile(r"\bby \(([^)]*)\)")
_BUCKETS = re.compile(r"histogram_quantile\([\d.]+, sum by \([^)]*\ble\b[^)]*\)")


def load(name: str) -> Any:
    return yaml.safe_load((PROMETHEUS / name).read_text("utf-8"))


def alerts() -> list[dict[str, Any]]:
    return [rule for group in load("alerts.yml")["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return found


def expressions() -> Iterator[str]:
    """All that is asked of Prometheus, by alerts and panels."""
    for alert in alerts():
        yield alert["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield target["expr"]


class ExpressionTests(SynchronousTestCase):
    """Expressions of PromQL, compared with what the server exports."""

    maxDiff = None

    def setUp(self) -> None:
        self.kinds: dict[str, str] = {}
        for name, kind in metrics().items():
            if kind == "histogram":
                for suffix in ("_bucket", "_sum", "_count"):
                    self.kinds[name + suffix] = "counter"
            else:
                self.kinds[name] = kind

    def test_every_metric_exists(self) -> None:
        """A misspelt one would never alert, and its panel would be empty."""
        used = {name for text in expressions() for name in _NAME.findall(text)}
        self.assertIn("twisted_chat_commit_seconds_bucket", used)
        self.assertEqual(sorted(used - set(self.kinds)), [])

    def test_what_is_counted_is_shown_as_a_rate(self) -> None:
        """And nothing else: the rate of a gauge means nothing."""
        for text in expressions():
            rated = set(_RATED.findall(text))
            for name in _NAME.findall(text):
                is_counter = self.kinds[name] == "counter"
                self.assertEqual(name in rated, is_counter, text)

    def test_quantiles_are_of_buckets(self) -> None:
        """With their bounds."""
        for text in expressions():
            self.assertEqual("histogram_quantile" in text, "_bucket" in text, text)
            if "_bucket" in text:
                self.assertRegex(text, _BUCKETS)

    def test_dashboard_shows_all_metrics_of_the_chat(self) -> None:
        """But the version."""
        text = DASHBOARD.read_text("utf-8")
        missing = [
            name
            for name in metrics()
            if name.startswith("twisted_chat_") and name not in text
        ]
        self.assertEqual(missing, ["twisted_chat_build_info"])


class PrometheusTests(SynchronousTestCase):
    """``prometheus.yml`` and ``alerts.yml``."""

    def test_server_and_rules_are_found(self) -> None:
        """At the port of the documents, and in the file beside it."""
        config = load("prometheus.yml")
        self.assertEqual(config["rule_files"], ["alerts.yml"])
        (job,) = config["scrape_configs"]
        (target,) = job["static_configs"][0]["targets"]
        operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
        self.assertIn(f"--admin {target.rpartition(':')[2]}`", operations)
        jobs = set(re.findall(r'job="([^"]*)"', " ".join(expressions())))
        self.assertEqual(jobs, {job["job_name"]})

    def test_alert_says_what_is_wrong_and_where(self) -> None:
        """With a severity, by which it is sent on."""
        names = [alert["alert"] for alert in alerts()]
        self.assertEqual(len(names), len(set(names)))
        for alert in alerts():
            self.assertIn(alert["labels"]["severity"], ("warning", "critical"))
            self.assertIn("$labels.instance", alert["annotations"]["summary"])
            # An aggregation without it would lose the server.
            for labels in _BY.findall(alert["expr"]):
                self.assertIn("instance", labels)


class DashboardTests(SynchronousTestCase):
    """``dashboard.json``."""

    def test_panels_do_not_overlap(self) -> None:
        """They are in the 24 columns of Grafana."""
        places = [panel["gridPos"] for panel in panels()]
        for place in places:
            self.assertLessEqual(place["x"] + place["w"], 24)
        for one, other in combinations(places, 2):
            self.assertTrue(
                one["x"] + one["w"] <= other["x"]
                or other["x"] + other["w"] <= one["x"]
                or one["y"] + one["h"] <= other["y"]
                or other["y"] + other["h"] <= one["y"],
                (one, other),
            )

    def test_panels_can_be_imported_anywhere(self) -> None:
        """Each asks the data source and the servers that are chosen above them."""
        ids = [panel["id"] for panel in panels()]
        self.assertEqual(len(ids), len(set(ids)))
        for panel in panels():
            self.assertEqual(panel["datasource"]["uid"], "${datasource}")
            for target in panel["targets"]:
                names = _NAME.findall(target["expr"])
                chosen = target["expr"].count('instance=~"$instance"')
                self.assertEqual(chosen, len(names), target["expr"])
