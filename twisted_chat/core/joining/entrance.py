"""The entrance: the password of the server, which everyone needs who comes in.

It protects all of the chat; accounts have passwords of their own.
"""

from __future__ import annotations

import hmac

from twisted_chat.core.accounts.attempts import LOGINS, Attempts
from twisted_chat.core.accounts.policy import tls_required
from twisted_chat.core.client import Identity
from twisted_chat.core.replies import Refused
from twisted_chat.core.runtime import Runtime

MAX_TRIES = 3
"""Wrong passwords after which a connection is closed."""

ENTER_TIMEOUT = 60.0
"""Seconds in which a connection has to give the password."""

WRONG = "wrong password"


class Entrance:
    """Checks the password of the server.

    :param password: what everyone must know.
    :param requires_tls: whether it may be sent only where nobody can read it.
    """

    def __init__(
        self, password: str, runtime: Runtime, *, requires_tls: bool = False
    ) -> None:
        self._password = password.encode()
        self._requires_tls = requires_tls
        self._attempts = Attempts(LOGINS, runtime.seconds)

    def check(self, password: str, identity: Identity) -> None:
        """Check a password.

        :param identity: whose it is; failed attempts are counted by its network.
        :raises Refused: ``wrong_password``, ``tls_required``, or there were too many
            attempts.
        """
        if self._requires_tls and not identity.secure:
            raise tls_required()
        network = identity.network
        if network is not None:
            self._attempts.check(network)
        given = password.encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._password):
            if network is not None:
                self._attempts.count(network)
            raise Refused("wrong_password", WRONG)
