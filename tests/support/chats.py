"""A chat on a Twisted clock, for tests of adapters."""

from __future__ import annotations

import random
from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.accounts.policy import Policy
from twisted_chat.core.chat import Chat
from twisted_chat.core.committer import Committer
from twisted_chat.core.interfaces import Journal
from twisted_chat.core.names.registry import LocalNameRegistry
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.routes.table import standard_table
from twisted_chat.core.runtime import Runtime
from twisted_chat.testing.chat import CHEAP


def runtime_of(case: SynchronousTestCase, clock: IReactorTime) -> Runtime:
    """A runtime on this clock that logs as a server does.

    A failure that would be logged fails the test.
    """
    failures: list[Any] = []
    case.addCleanup(lambda: case.assertEqual(failures, []))
    return make_runtime(clock, failures)


def make_runtime(clock: IReactorTime, failures: list[Any]) -> Runtime:
    """A runtime on this clock.

    :param failures: where each failure is put that a server would log.
    """

    def spawn(coroutine: Coroutine[Any, Any, None]) -> None:
        Deferred.fromCoroutine(coroutine).addErrback(failures.append)

    def log_line(line: str) -> None:
        Logger().info("{line}", line=line)

    return Runtime(
        spawn=spawn,
        call_later=clock.callLater,
        seconds=clock.seconds,
        now=clock.seconds,
        rng=random.Random(7),
        log_failure=failures.append,
        log_line=log_line,
    )


def start_chat(
    case: SynchronousTestCase,
    clock: IReactorTime,
    journal: Journal,
    *,
    node: str = "test",
) -> Chat:
    """A chat that has started."""
    return make_chat(runtime_of(case, clock), journal, node=node)


def make_chat(runtime: Runtime, journal: Journal, *, node: str = "test") -> Chat:
    """A chat that has started, on this runtime."""
    chat = Chat(
        pool=ClientPool(),
        journal=journal,
        names=LocalNameRegistry(),
        committer=Committer(journal, runtime, node=node),
        table=standard_table(),
        runtime=runtime,
        policy=Policy(costs=CHEAP),
    )
    runtime.spawn(chat.start())
    return chat
