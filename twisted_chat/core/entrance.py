"""The entrance: the password of the server, which everyone needs who comes in.

It protects all of the chat; accounts have passwords of their own.
"""

from __future__ import annotations

import hmac
from collections.abc import Hashable

from .accounts.attempts import LOGINS, Attempts
from .replies import Refused
from .runtime import Runtime

MAX_TRIES = 3
"""Wrong passwords after which a connection is closed."""

ENTER_TIMEOUT = 60.0
"""Seconds in which a connection has to give the password."""

WRONG = "wrong password"


class Entrance:
    """Checks the password of the server.

    :param password: what everyone must know.
    """

    def __init__(self, password: str, runtime: Runtime) -> None:
        self._password = password.encode()
        self._attempts = Attempts(LOGINS, runtime.seconds)

    def check(self, password: str, network: Hashable) -> None:
        """Check a password.

        :param network: by what failed attempts are counted; ``None``: they are not.
        :raises Refused: ``wrong_password``, or there were too many attempts.
        """
        if network is not None:
            self._attempts.check(network)
        given = password.encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._password):
            if network is not None:
                self._attempts.count(network)
            raise Refused("wrong_password", WRONG)
