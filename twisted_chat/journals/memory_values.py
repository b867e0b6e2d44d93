"""The values of the journal in memory."""

from __future__ import annotations

from collections.abc import Sequence

from twisted_chat.core.interfaces import Changes, StoreError


class MemoryValues:
    """Values that last as long as the process, see ``interfaces.KeyValues``."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._closed = False

    def close(self) -> None:
        """Refuse further changes; values can still be read."""
        self._closed = True

    async def load(self, prefix: str) -> dict[str, str]:
        """All values whose key begins with ``prefix``."""
        items = self._values.items()
        return {key: value for key, value in items if key.startswith(prefix)}

    async def get(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those of the keys that exist."""
        return {key: self._values[key] for key in keys if key in self._values}

    async def write(self, changes: Changes, expected: Changes | None = None) -> bool:
        """Make all of the changes, or none."""
        if self._closed:
            raise StoreError("the server is shutting down; nothing more is stored")
        if any(
            self._values.get(key) != value for key, value in (expected or {}).items()
        ):
            return False
        self.apply(changes)
        return True

    def apply(self, changes: Changes) -> None:
        """Make these changes."""
        for key, value in changes.items():
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value
