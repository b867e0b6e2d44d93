"""The stores by their addresses: ``memory:``, ``sqlite:PATH`` and ``redis://...``."""

from __future__ import annotations

import time
from typing import Any, Protocol

from twisted.internet.task import deferLater

from twisted_chat.core.interfaces import Journal, NameRegistry
from twisted_chat.core.names.registry import LocalNameRegistry
from twisted_chat.core.store_log import Report

from .memory import MemoryJournal
from .retention import Retention, Trims
from .searching import Sharing
from .session_refresh import NotesSessions
from .sqlite.file import check_file
from .sqlite.journal import SqliteJournal


class StoredJournal(Journal, Trims, NotesSessions, Protocol):
    """What ``open_store`` makes."""


def check_store(address: str) -> None:
    """Check a store while a daemon can still report an error.

    :raises StoreError: it cannot be opened.
    """
    scheme, _, rest = address.partition(":")
    if scheme == "sqlite":
        check_file(rest)


def open_store(
    address: str,
    reactor: Any,
    node: str,
    retention: Retention,
    report: Report | None = None,
) -> tuple[StoredJournal, NameRegistry]:
    """Make the journal, which is opened later, and the registry of nicknames.

    :param address: as ``--store`` has it, and valid.
    :param node: an id that no other run of any server has.
    :param report: see ``StoreLog.report``; called for what happens to a store between
        two batches.
    :raises StoreError: the address of a Redis store is invalid.
    """
    scheme, _, rest = address.partition(":")
    if scheme == "memory":
        sharing = Sharing(reactor.seconds, lambda: deferLater(reactor, 0))
        journal = MemoryJournal(time.time, retention, sharing)
        return journal, LocalNameRegistry()
    if scheme.startswith("redis"):
        # Its package is an extra, and takes time to import.
        from .redis.journal import open_redis

        return open_redis(address, reactor, node, retention, report)
    return SqliteJournal(
        rest, reactor, time.time, retention, seconds=time.monotonic
    ), LocalNameRegistry()
