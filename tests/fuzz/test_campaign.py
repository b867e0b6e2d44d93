"""A campaign of one target."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.testing import FakeClock

from .campaign import Campaign
from .target import Target, expect


class CampaignTests(SynchronousTestCase):
    """Executions are counted, and failures are kept."""

    def setUp(self) -> None:
        self.lines: list[str] = []
        self.clock, self.cpu = FakeClock(), FakeClock()
        self.folder = Path(self.mktemp())

    def campaign(self, target: Target) -> Campaign:
        return Campaign(
            "letters",
            target,
            10,
            self.folder,
            self.lines.append,
            self.clock.seconds,
            self.cpu.seconds,
        )

    def test_result_has_executions_findings_and_the_slowest(self) -> None:
        """In one line; what an input costs is not how long others let it wait."""

        def check(data: bytes) -> None:
            self.clock.advance(len(data))
            self.cpu.advance(len(data) / 8)

        campaign = self.campaign(Target(check, (b"",)))
        campaign.run(b"ab")
        self.assertFalse(campaign.is_over)
        campaign.run(b"abcdefgh")
        self.assertTrue(campaign.is_over)
        self.assertEqual(
            campaign.summary(),
            "letters: 2 executions in 10 s, 0 findings, slowest 1000 ms",
        )

    def test_finding_is_shortened_and_can_be_repeated(self) -> None:
        """Its input is written to a file."""

        def check(data: bytes) -> None:
            expect(b"x" not in data or b"y" not in data, "both letters")

        campaign = self.campaign(Target(check, (b"",)))
        campaign.run(b"abcxdefghiyklm" * 5)
        (finding,) = campaign.findings.values()
        self.assertEqual(sorted(finding.data), sorted(b"xy"))
        (path,) = self.folder.iterdir()
        self.assertEqual(path.read_bytes(), finding.data)
        self.assertIn("both letters", self.lines[0])
        self.assertEqual(
            self.lines[1],
            f"repeat it: python -m tests.fuzz letters --input {path}",
        )

    def test_same_failure_is_one_finding(self) -> None:
        """Failures differ by their type, and by the line that raised them."""

        def check(data: bytes) -> None:
            if data[:1] == b"i":
                int(data)
            expect(len(data) < 3, "long")

        campaign = self.campaign(Target(check, (b"",)))
        for data in (b"aaa", b"bbbb", b"i", b"ii", b"a"):
            campaign.run(data)
        self.assertEqual(len(campaign.findings), 2)
        self.assertEqual(campaign.executions, 5)

    def test_input_has_the_size_that_the_target_allows(self) -> None:
        """What is beyond it is cut off."""
        seen: list[bytes] = []
        campaign = self.campaign(Target(seen.append, (b"",), max_size=3))
        campaign.run(b"abcdef")
        self.assertEqual(seen, [b"abc"])
