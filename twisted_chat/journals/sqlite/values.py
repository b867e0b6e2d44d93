"""The values of the SQLite journal.

The thread that writes batches writes them, and the one that reads history reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted_chat.core.interfaces import Changes, StoreError

from .reader import Reader
from .threads import WorkerThread
from .writer import Writer


class SqliteValues:
    """See ``interfaces.KeyValues``.

    :param writing: the thread that writes.
    :param reading: the thread that reads.
    :param written: called after each change.
    """

    def __init__(
        self,
        writing: WorkerThread,
        reading: WorkerThread,
        written: Callable[[Writer], None],
    ) -> None:
        self._written = written
        self._writing = writing
        self._reading = reading
        self._connections: tuple[Writer, Reader] | None = None

    def open(self, writer: Writer, reader: Reader) -> None:
        """Write and read with these connections."""
        self._connections = writer, reader

    def close(self) -> None:
        """Refuse everything from now on; the connections are the journal's."""
        self._connections = None

    async def load(self, prefix: str) -> dict[str, str]:
        """All values whose key begins with ``prefix``."""
        _, reader = self._opened()
        return await self._reading.run(reader.load_values, prefix)

    async def get(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those of the keys that exist."""
        _, reader = self._opened()
        return await self._reading.run(reader.get_values, tuple(keys))

    async def write(self, changes: Changes, expected: Changes | None = None) -> bool:
        """Make all of the changes, or none."""
        writer, _ = self._opened()
        done = await self._writing.run(
            writer.change_values, dict(changes), dict(expected or {})
        )
        self._written(writer)
        return done

    def _opened(self) -> tuple[Writer, Reader]:
        if self._connections is None:
            raise StoreError("the server is shutting down; nothing can be stored")
        return self._connections
