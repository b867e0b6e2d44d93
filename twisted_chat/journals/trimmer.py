"""The trimmer: has the journal delete what is not kept, in the background.

A run consists of portions, with pauses between them, so that trimming takes only a
fraction of the time of the thread or the server that stores messages.  Invariants:
one portion at a time; a failed run is logged once, and the next one tries again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.runtime import Runtime, ScheduledCall

from .retention import Trims

INTERVAL = 10.0
"""Seconds between two runs, unless much is stored meanwhile."""

PACE = 4.0
"""A pause lasts as long as the portion before it, times this."""

MIN_PAUSE = 0.005
"""Seconds that a pause lasts, at least."""

BLOCKED_PAUSE = 1.0
"""Seconds until a portion that could do nothing is tried again."""

PROGRESS_INTERVAL = 5.0
"""Seconds between two log lines about one run."""

RESULT_INTERVAL = 600.0
"""Seconds between two log lines about the results of short runs."""


class Trimmer:
    """Starts the runs.

    :param occupied: the rooms that anyone is in now.
    :param forget: called with the position up to which everything was deleted.
    :param is_failing: whether the log says already that the store fails.
    """

    def __init__(
        self,
        journal: Trims,
        runtime: Runtime,
        occupied: Callable[[], Collection[str]],
        forget: Callable[[str], None],
        is_failing: Callable[[], bool] = lambda: False,
    ) -> None:
        self._journal = journal
        self._runtime = runtime
        self._occupied = occupied
        self._forget = forget
        self._is_failing = is_failing
        self._next: ScheduledCall | None = None
        self._stopped = self._can_hasten = False
        self._failing = self._waiting_logged = False
        self._blocked_since: float | None = None
        self._events = self._bytes = 0
        self._run_started = self._logged = runtime.seconds()
        self._resulted = self._logged - RESULT_INTERVAL

    def start(self) -> None:
        """Start the first run."""
        self._journal.on_growth(self._hasten)
        self._start_run()

    def stop(self) -> None:
        """Start no further portion."""
        self._stopped = True
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _hasten(self) -> None:
        """Start the next run now, unless one is running or the last one failed."""
        if self._next is not None and self._can_hasten:
            self._next.cancel()
            self._start_run()

    def _start_run(self) -> None:
        self._can_hasten = False
        self._run_started = self._logged = self._runtime.seconds()
        self._start_portion()

    def _start_portion(self) -> None:
        self._next = None
        self._runtime.spawn(self._portion())

    async def _portion(self) -> None:
        started = self._runtime.seconds()
        try:
            trimmed = await self._journal.trim(self._occupied())
        except StoreError as error:
            if not (self._failing or self._stopped or self._is_failing()):
                self._log(f"retention: {error.operator_text} (tried again later)")
            self._failing = True
            self._schedule(INTERVAL, self._start_run)
            return
        except Exception:
            self._schedule(INTERVAL, self._start_run)
            raise
        self._failing = False
        self._events += trimmed.events
        self._bytes += trimmed.bytes
        if trimmed.floor:
            self._forget(trimmed.floor)
        now = self._runtime.seconds()
        self._note_blocked(now, blocked=trimmed.blocked)
        if not trimmed.more:
            self._log_result(now)
            self._can_hasten = True
            self._schedule(INTERVAL, self._start_run)
            return
        if not trimmed.blocked and now - self._logged >= PROGRESS_INTERVAL:
            self._logged = now
            self._log(f"retention: trimming, {self._done()} so far")
        pause = 0.0 if trimmed.urgent else max(MIN_PAUSE, PACE * (now - started))
        if trimmed.blocked:
            pause = BLOCKED_PAUSE
        self._schedule(pause, self._start_portion)

    def _note_blocked(self, now: float, *, blocked: bool) -> None:
        """Log that the store cannot return space, if that lasts."""
        if not blocked:
            self._blocked_since = None
        elif self._blocked_since is None:
            self._blocked_since, self._waiting_logged = now, False
        elif (
            now - self._blocked_since >= PROGRESS_INTERVAL and not self._waiting_logged
        ):
            self._waiting_logged = True
            self._log("retention: waiting until the store can return space")

    def _schedule(self, delay: float, function: Callable[[], None]) -> None:
        if not self._stopped:
            self._next = self._runtime.call_later(delay, function)

    def _log_result(self, now: float) -> None:
        """Log what was done since the last result, if anything was."""
        is_long = now - self._run_started >= PROGRESS_INTERVAL
        if not (self._events or self._bytes):
            return
        if is_long or now - self._resulted >= RESULT_INTERVAL:
            self._log(f"retention: {self._done()}")
            self._events = self._bytes = 0
            self._resulted = now

    def _done(self) -> str:
        done = f"{self._events} events deleted"
        if self._bytes:
            done += f", {self._bytes / 1024 / 1024:.1f} MiB freed"
        return done

    def _log(self, line: str) -> None:
        self._runtime.log_line(line)
