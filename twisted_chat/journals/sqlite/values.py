"""The values of the SQLite journal.

The thread that writes batches writes them, and the one that reads history reads them.
Both are asked for much at once, see ``gathering``.  Measured with a thousand Socket.IO
clients that choose their nicknames as they connect, that takes 24 changes of the thread
that runs, instead of 2,400; with a thousand clients that log in at once, a few commits
instead of a thousand, for which messages would wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from twisted.internet.defer import Deferred

from twisted_chat.core.interfaces import Changes, StoreError

from .gathering import Gathering
from .reader import Reader
from .threads import WorkerThread
from .value_rows import area_of
from .writer import Writer


class SqliteValues:
    """See ``interfaces.KeyValues``.

    :param writing: the thread that writes.
    :param reading: the thread that reads.
    :param written: called after changes.
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
        self._reads = Gathering(self._read)
        self._loads = Gathering(self._load)
        self._writes = Gathering(self._write)

    def open(self, writer: Writer, reader: Reader) -> None:
        """Write and read with these connections."""
        self._connections = writer, reader

    def close(self) -> None:
        """Refuse everything from now on; the connections are the journal's."""
        self._reads.flush()
        self._loads.flush()
        self._writes.flush()
        self._connections = None

    async def load(self, prefix: str) -> dict[str, str]:
        """All values whose key begins with ``prefix``."""
        if not self._has_any((prefix,)):
            return {}
        return await self._loads.ask(prefix)

    async def get(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those of the keys that exist."""
        if not self._has_any(keys):
            return {}
        return await self._reads.ask(tuple(keys))

    async def write(self, changes: Changes, expected: Changes | None = None) -> bool:
        """Make all of the changes, or none."""
        self._opened()
        return await self._writes.ask((dict(changes), dict(expected or {})))

    def _has_any(self, keys: Iterable[str]) -> bool:
        """Whether there may be any values in the areas of these keys.

        There are no reservations, for example, while nobody has registered a name.
        """
        writer, _ = self._opened()
        return not writer.areas.isdisjoint(map(area_of, keys))

    def _load(self, prefixes: Sequence[str]) -> Deferred[Sequence[dict[str, str]]]:
        _, reader = self._opened()
        return self._reading.run(reader.load_values, prefixes)

    def _read(
        self, asked: Sequence[tuple[str, ...]]
    ) -> Deferred[Sequence[dict[str, str]]]:
        _, reader = self._opened()
        return self._reading.run(reader.get_values, asked)

    def _write(
        self, asked: Sequence[tuple[Changes, Changes]]
    ) -> Deferred[Sequence[bool]]:
        writer, _ = self._opened()

        def written(done: Sequence[bool]) -> Sequence[bool]:
            self._written(writer)
            return done

        return self._writing.run(writer.change_values, asked).addCallback(written)

    def _opened(self) -> tuple[Writer, Reader]:
        if self._connections is None:
            raise StoreError("the server is shutting down; nothing can be stored")
        return self._connections
