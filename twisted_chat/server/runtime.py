"""The runtime of a server: its reactor and its log, as the core uses them."""

from __future__ import annotations

import random
import time
from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.core.runtime import InThread, Runtime, compute_at_once

log = Logger()


def make_runtime(
    reactor: Any, *, log_addresses: bool, in_thread: InThread = compute_at_once
) -> Runtime:
    """The runtime of a reactor.

    :param log_addresses: name the addresses of clients in the log.
    :param in_thread: computes what takes long on purpose.
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
        in_thread=in_thread,
    )


def spawn(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; an exception that leaves it is logged.

    Each batch of messages is one.  ``Deferred.fromCoroutine`` would make it cancellable
    and return its result, which nobody needs, and takes three times as long.
    """
    _resume(None, coroutine)


def _resume(result: object, coroutine: Coroutine[Any, Any, None]) -> None:
    """Go on with a coroutine, up to the next Deferred that has no result yet.

    :param result: of the Deferred that it has waited for.
    """
    try:
        if isinstance(result, Failure) and result.value is not None:
            awaited: Deferred[object] = coroutine.throw(result.value)
        else:
            # ``await`` takes the result from the Deferred itself.
            awaited = coroutine.send(None)
    except StopIteration:
        return
    except Exception as error:  # noqa: BLE001 - it is logged
        _log_failure(Failure(error))
        return
    awaited.addBoth(_resume, coroutine)


def _log_failure(failure: Failure) -> None:
    log.failure("unexpected exception", failure)
