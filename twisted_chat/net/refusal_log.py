"""The log of refusals for which a header is the reason, such as ``Host``.

A client may invent any number of headers, with any bytes in them.  So each one is
logged once, in one printable line, and only the first of them.
"""

from __future__ import annotations

import re

from twisted.logger import Logger

MAX_LOGGED = 100
"""Headers that are logged."""

MAX_SHOWN = 200
"""Characters of a header that are shown."""

_UNPRINTABLE = re.compile(r"[^!-~]")


class RefusalLog:
    """Logs refusals, each header once."""

    _log = Logger()

    def __init__(self) -> None:
        self._logged: set[str] = set()

    def add(self, header: str, refusal: str) -> None:
        """Log a refusal, unless one for this header was logged.

        :param header: as ``printable`` returns it.
        """
        if header not in self._logged and len(self._logged) < MAX_LOGGED:
            self._logged.add(header)
            self._log.info("client error: {refusal}", refusal=refusal)


def printable(header: bytes) -> str:
    """The beginning of a header, for one line of text."""
    return _UNPRINTABLE.sub("?", header[:MAX_SHOWN].decode("latin-1"))
