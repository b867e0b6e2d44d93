"""The limit of open files."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.open_files import SPARE, OpenFiles, raise_limit


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
            line = f"open files: the limit is {self.needed} now (it was 1024)"
            self.assertEqual(raise_limit(10_000, limits), OpenFiles(10_000, line))
            self.assertEqual(limits.limits, (self.needed, hard))

    def test_limit_that_suffices_stays(self) -> None:
        """And nothing is logged."""
        for soft in (self.needed, 1_000_000, FakeLimits.RLIM_INFINITY):
            limits = FakeLimits(soft, FakeLimits.RLIM_INFINITY)
            self.assertEqual(raise_limit(10_000, limits), OpenFiles(10_000))
            self.assertEqual(limits.limits[0], soft)

    def test_hard_limit_that_is_too_low_is_a_warning(self) -> None:
        """It says what to do; the soft limit is raised as far as possible."""
        limits = FakeLimits(1024, 4096)
        files = raise_limit(10_000, limits)
        self.assertEqual(limits.limits, (4096, 4096))
        self.assertEqual(files.clients, 4096 - SPARE)
        self.assertIn("the limit is 4096 now", files.line)
        self.assertEqual(
            files.warning,
            f"open files: only 4096 are allowed, and --max-clients 10000 needs "
            f"{self.needed}, so the server is full with {4096 - SPARE}: raise the hard "
            f"limit (LimitNOFILE= in systemd, ulimit -Hn), or give --max-clients "
            f"{4096 - SPARE}",
        )
        again = raise_limit(10_000, limits)
        self.assertEqual(again, OpenFiles(files.clients, "", files.warning))

    def test_half_of_a_very_low_limit_is_for_clients(self) -> None:
        """And never more than they may be."""
        for max_clients, clients in ((10_000, 64), (20, 20)):
            limits = FakeLimits(128, 128)
            self.assertEqual(raise_limit(max_clients, limits).clients, clients)

    def test_limit_that_cannot_be_raised_is_a_warning(self) -> None:
        """Some systems refuse it, although the hard limit would allow it."""
        limits = FakeLimits(1024, 1_000_000)
        limits.refuses = True
        files = raise_limit(10_000, limits)
        self.assertEqual((files.clients, files.line), (1024 - SPARE, ""))
        self.assertIn("only 1024 are allowed", files.warning)
