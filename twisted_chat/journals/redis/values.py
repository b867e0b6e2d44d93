"""The values of the Redis journal, for all servers of one chat.

Invariant: Redis compares and changes them in one step, by a script.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted_chat.core.interfaces import Changes, OutcomeUnknown

from .connection import Argument
from .entries import to_bytes, to_text
from .errors import RedisError
from .persistent_connection import PersistentConnection
from .scripts import READ_VALUES, WRITE_VALUES


class RedisValues:
    """See ``interfaces.KeyValues``.

    :param writer: the connection to write with.
    :param reader: the connection to read with at the moment.
    """

    def __init__(
        self,
        writer: PersistentConnection,
        reader: Callable[[], PersistentConnection],
    ) -> None:
        self._writer = writer
        self._reader = reader

    async def load(self, prefix: str) -> dict[str, str]:
        """All values whose key begins with ``prefix``."""
        area, slash, start = prefix.partition("/")
        found = await self._reader().call("HGETALL", to_bytes(f"chat:values:{area}"))
        values: dict[str, str] = {}
        for at in range(0, len(found), 2):
            subject = to_text(found[at])
            if subject and subject.startswith(start):
                values[f"{area}{slash}{subject}"] = to_text(found[at + 1])
        return values

    async def get(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those of the keys that exist."""
        found = await self._reader().run_script(READ_VALUES, *map(to_bytes, keys))
        return {
            key: to_text(value)
            for key, value in zip(keys, found, strict=True)
            if value is not None
        }

    async def write(self, changes: Changes, expected: Changes | None = None) -> bool:
        """Make all of the changes, or none."""
        expected = expected or {}
        arguments: list[Argument] = [len(expected)]
        for key, value in (*expected.items(), *changes.items()):
            arguments += (
                to_bytes(key),
                "absent" if value is None else "present",
                to_bytes(value or ""),
            )
        try:
            return bool(await self._writer.run_script(WRITE_VALUES, *arguments))
        except RedisError as error:
            if error.code != "BROKEN":
                raise
            raise OutcomeUnknown(
                f"it is not known whether this was stored: {error}",
                error.operator_text,
            ) from None
