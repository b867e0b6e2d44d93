"""The runtime of a server: its reactor and its log, as the core uses them."""

from __future__ import annotations

import random
import time
from collections.abc import Coroutine, Generator
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.core.runtime import Runtime

log = Logger()


def make_runtime(reactor: Any, *, log_addresses: bool) -> Runtime:
    """The runtime of a reactor.

    :param log_addresses: name the addresses of clients in the log.
    """

    def log_failure(error: Exception) -> None:
        _log_failure(Failure(error))

    def log_line(line: str) -> None:
        # As a field, so that a log in JSON has the line as it is, too.
        log.info("{line}", line=line)

    return Runtime(
        spawn=spawn,
        call_later=reactor.callLater,
        seconds=reactor.seconds,
        now=time.time,
        # The numbers of guests are no secret.
        rng=random.Random(),
        log_failure=log_failure,
        log_line=log_line,
        log_addresses=log_addresses,
    )


def spawn(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; an exception that leaves it is logged.

    One that never waits, such as most joins, costs no Deferred: a tenth of the time.
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return
    except Exception as error:  # noqa: BLE001 - it is logged
        _log_failure(Failure(error))
        return
    rest = Deferred.fromCoroutine(_rest(coroutine, awaited))
    rest.addErrback(_log_failure)


def _rest(
    coroutine: Coroutine[Any, Any, None], awaited: Any
) -> Generator[Deferred[Any], Any, None]:
    """What is left of a coroutine that has begun and waits."""
    with suppress(StopIteration):
        while True:
            try:
                result = yield awaited
            except Exception as error:  # noqa: BLE001 - the coroutine's to handle
                awaited = coroutine.throw(error)
            else:
                awaited = coroutine.send(result)


def _log_failure(failure: Failure) -> None:
    log.failure("unexpected exception", failure)
