"""What the log says when the server runs out of file descriptors.

Twisted closes each new connection then, and logs it with its address.  A client that
keeps connecting could fill a disk with these lines.
"""

from __future__ import annotations

from twisted.logger import LogEvent

from .log_filter import LogFilter

NAMESPACE = "twisted.internet.tcp.Port"
"""Of Twisted's lines about connections that it could not accept."""


class AcceptErrors(LogFilter):
    """Passes on one line a minute for many of those of Twisted, and all others."""

    def wants(self, event: LogEvent) -> bool:
        """Whether it is another line; see ``LogFilter``."""
        text = event.get("log_format") or ""
        if event.get("log_namespace") != NAMESPACE or "EMFILE" not in text:
            return True
        if self._period_is_over():
            self._begin_period()
            self._log.warn(
                "no file descriptors are left (EMFILE), so new connections are closed: "
                "raise the limit of open files, or lower --max-clients"
            )
        return False
