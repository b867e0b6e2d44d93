"""The space that the SQLite journal takes: when it has to refuse to store more."""

from __future__ import annotations

from math import inf

from twisted_chat.core.interfaces import StoreError
from twisted_chat.journals.retention import Retention

from .checkpoints import MAX_LOG_BYTES, LogLimits
from .errors import located
from .file import DatabaseFile

REFUSE_AT = 1.5
"""The fraction of ``Retention.bytes`` at which storing ends if trimming fails, of the
file and its log together."""


class Space:
    """The sizes of the file and of its log.

    :ivar trim_error: why trimming has failed; empty if it has not.
    """

    def __init__(self, file: DatabaseFile, retention: Retention) -> None:
        self._file = file
        self._limits = LogLimits.of(retention)
        self._most = inf
        if retention.bytes is not None:
            self._most = REFUSE_AT * retention.bytes
        self.trim_error = ""

    @property
    def is_log_blocked(self) -> bool:
        """Whether the log is long, and checkpoints cannot move it into the file."""
        return bool(self._file.log_error) and self.is_log_long

    @property
    def is_log_long(self) -> bool:
        """Whether the log is so long that it has to be cut."""
        return self._file.log_size() > self._limits.blocked_bytes

    def check(self) -> None:
        """Check that more may be stored, in the file that the next start will find.

        :raises StoreError: it may not, with the reason.
        """
        size, log_size = self._file.check_unmoved(), self._file.log_size()
        path, full = self._file.path, size + log_size > self._most
        if self.trim_error and full:
            raise StoreError(
                "the store is full, and older messages could not be deleted",
                f"{path} is larger than --keep-bytes, and could not be trimmed:"
                f" {self.trim_error}",
            )
        if log_size > MAX_LOG_BYTES or (full and self.is_log_blocked):
            reason = self._file.log_error or "is still being moved into the file"
            raise located(
                f"the log of {path} has {log_size >> 20} MiB and {reason}", path
            )
