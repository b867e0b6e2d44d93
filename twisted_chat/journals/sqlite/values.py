"""The values of the SQLite journal.

The thread that writes batches writes them, and the one that reads history reads them.
What is asked for while that thread reads some is then read together: measured with a
thousand Socket.IO clients that choose their nicknames as they connect, by 24 changes of
the thread that runs instead of 2,400.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from twisted_chat.core.interfaces import Changes, StoreError

from .reader import Reader
from .threads import WorkerThread
from .value_rows import area_of
from .writer import Writer

_Asked = tuple[tuple[str, ...], Deferred[dict[str, str]]]


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
        # What ``get`` was asked for, and is not being read yet.
        self._asked: list[_Asked] = []
        self._is_reading = False

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
        writer, _ = self._opened()
        if writer.areas.isdisjoint(map(area_of, keys)):
            # As there are no reservations while nobody has registered a name.
            return {}
        found: Deferred[dict[str, str]] = Deferred()
        self._asked.append((tuple(keys), found))
        if not self._is_reading:
            self._read_asked()
        return await found

    async def write(self, changes: Changes, expected: Changes | None = None) -> bool:
        """Make all of the changes, or none."""
        writer, _ = self._opened()
        done = await self._writing.run(
            writer.change_values, dict(changes), dict(expected or {})
        )
        self._written(writer)
        return done

    def _read_asked(self) -> None:
        """Read what was asked for, of one moment that is not before that."""
        asked, self._asked = self._asked, []
        try:
            _, reader = self._opened()
        except StoreError:
            self._pass_on(Failure(), asked)
            return
        self._is_reading = True
        keys = dict.fromkeys(chain.from_iterable(keys for keys, _ in asked))
        reading = self._reading.run(reader.get_values, tuple(keys))
        reading.addBoth(self._have_read, asked)

    def _have_read(
        self, found: dict[str, str] | Failure, asked: Sequence[_Asked]
    ) -> None:
        self._is_reading = False
        if self._asked:
            self._read_asked()
        self._pass_on(found, asked)

    def _pass_on(
        self, found: dict[str, str] | Failure, asked: Sequence[_Asked]
    ) -> None:
        for keys, result in asked:
            if isinstance(found, Failure):
                result.errback(found)
            else:
                result.callback({key: found[key] for key in keys if key in found})

    def _opened(self) -> tuple[Writer, Reader]:
        if self._connections is None:
            raise StoreError("the server is shutting down; nothing can be stored")
        return self._connections
