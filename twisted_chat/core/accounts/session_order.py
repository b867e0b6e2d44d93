"""The order in which sessions that are logged in are forgotten.

Invariants: each method takes a time that does not depend on how many sessions there are
of others; where there are too many, the account that has most loses its oldest one.
"""

from __future__ import annotations

from collections import OrderedDict


class SessionOrder:
    """The sessions that one server knows, by key; the oldest login first."""

    def __init__(self) -> None:
        # By key, the account and when it ends.
        self._sessions: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._of_account: dict[str, OrderedDict[str, None]] = {}
        # The accounts that have this many.
        self._by_number: dict[int, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def add(self, key: str, account_id: str, until: int) -> None:
        """A session begins, or begins again.

        :param until: seconds since 1970; not before those of all that are known.
        """
        self.remove(key)
        self._sessions[key] = account_id, until
        keys = self._of_account.setdefault(account_id, OrderedDict())
        keys[key] = None
        self._number_changed(account_id, len(keys) - 1)

    def remove(self, key: str) -> None:
        """A session ends; ignored if it is not known."""
        if key not in self._sessions:
            return
        account_id, _ = self._sessions.pop(key)
        keys = self._of_account[account_id]
        del keys[key]
        self._number_changed(account_id, len(keys) + 1)
        if not keys:
            del self._of_account[account_id]

    def surplus(self, now: float, *, most: int, of_account: int) -> list[str]:
        """Forget those that have ended or are too many.

        :param most: of all accounts.
        :param of_account: of one account.
        :returns: their keys.
        """
        surplus = []
        while (key := self._next(now, most, of_account)) is not None:
            surplus.append(key)
            self.remove(key)
        return surplus

    def _next(self, now: float, most: int, of_account: int) -> str | None:
        if not self._sessions:
            return None
        key, (_, until) = next(iter(self._sessions.items()))
        if until <= now:
            return key
        # There are few numbers, as each is bounded.
        number = max(self._by_number)
        if len(self) <= most and number <= of_account:
            return None
        account_id = next(iter(self._by_number[number]))
        return next(iter(self._of_account[account_id]))

    def _number_changed(self, account_id: str, former: int) -> None:
        """An account has one session more or less."""
        if former:
            accounts = self._by_number[former]
            del accounts[account_id]
            if not accounts:
                del self._by_number[former]
        if number := len(self._of_account[account_id]):
            self._by_number.setdefault(number, {})[account_id] = None
