"""The limit of open files."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.open_files import SPARE, raise_limit


class FakeLimits:
    """The limits of a process.

    :ivar refuses: it may not change them.
    """

    RLIM_INFINITY = -1
    RLIMIT_NOFILE = 7

    def __init__(self, soft: int, hard: int) -> None:
        self.limits = (soft, hard)
        self.refuses = False

    def getrlimit(self, _resource: int, /) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, _resource: int, limits: tuple[int, int], /) -> None:
        if self.refuses:
            raise ValueError("not allowed to raise maximum limit")
        self.limits = limits


class RaiseLimitTests(SynchronousTestCase):
    """With ``--max-clients 10000``, unless said otherwise."""

    needed = 10_000 + SPARE

    def test_soft_limit_is_raised_to_what_is_needed(self) -> None:
        """Not further, though it could be; the log says so."""
        for hard in (1_000_000, FakeLimits.RLIM_INFINITY):
            limits = FakeLimits(1024, hard)
            line, warning = raise_limit(10_000, limits)
            self.assertEqual(limits.limits, (self.needed, hard))
            expected = f"open files: the limit is {self.needed} now (it was 1024)"
            self.assertEqual((line, warning), (expected, ""))

    def test_limit_that_suffices_stays(self) -> None:
        """And nothing is logged."""
        for soft in (self.needed, 1_000_000, FakeLimits.RLIM_INFINITY):
            limits = FakeLimits(soft, FakeLimits.RLIM_INFINITY)
            self.assertEqual(raise_limit(10_000, limits), ("", ""))
            self.assertEqual(limits.limits[0], soft)

    def test_hard_limit_that_is_too_low_is_a_warning(self) -> None:
        """It says what to do; the soft limit is raised as far as possible."""
        limits = FakeLimits(1024, 4096)
        line, warning = raise_limit(10_000, limits)
        self.assertEqual(limits.limits, (4096, 4096))
        self.assertIn("the limit is 4096 now", line)
        self.assertEqual(
            warning,
            f"open files: only 4096 are allowed, and --max-clients 10000 needs "
            f"{self.needed}: raise the hard limit (LimitNOFILE= in systemd, "
            f"ulimit -Hn), or give --max-clients {4096 - SPARE}",
        )
        line, warning = raise_limit(10_000, limits)
        self.assertEqual(line, "")
        self.assertIn("only 4096 are allowed", warning)

    def test_limit_that_cannot_be_raised_is_a_warning(self) -> None:
        """Some systems refuse it, although the hard limit would allow it."""
        limits = FakeLimits(1024, 1_000_000)
        limits.refuses = True
        line, warning = raise_limit(10_000, limits)
        self.assertEqual(line, "")
        self.assertIn("only 1024 are allowed", warning)
