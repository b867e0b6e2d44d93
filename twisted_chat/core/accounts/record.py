"""The record of an account, as it is stored."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twisted_chat.core.names.nicknames import Name

from .passwords import HASH_NAMES, Hashes

ID_MARK = "@"
"""The first character of each account's id, which no client id has."""

_NAMES = ("name", "folded", "id", "created", "generation")
_KNOWN = frozenset((*_NAMES, *HASH_NAMES))


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    :ivar name: as it was registered.
    :ivar folded: the name folded, by which the account is found.
    :ivar id: the member id of all its clients.  Unlike the name it is never used
        again, so whoever registers a name that has become free inherits nothing.
    :ivar created: seconds since 1970, UTC.
    :ivar hashes: what its password is checked with.
    :ivar generation: a number that changes whenever all its tokens end.
    :ivar more: what a later version keeps in the record.
    """

    name: str
    folded: str
    id: str
    created: int
    hashes: Hashes
    generation: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def create(cls, name: Name, hashes: Hashes, now: float) -> Account:
        """A new account with an id of its own."""
        an_id = ID_MARK + secrets.token_hex(8)
        return cls(name.text, name.folded, an_id, int(now), hashes)

    @property
    def keys(self) -> tuple[str, ...]:
        """The registry keys of its name, which are reserved for it."""
        return Name(self.name, self.folded).keys

    def to_json(self) -> str:
        """The record: the same text for the same account."""
        return json.dumps(
            {
                **self.more,
                "name": self.name,
                "folded": self.folded,
                "id": self.id,
                "created": self.created,
                "generation": self.generation,
                **self.hashes.to_object(),
            },
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> Account:
        """The account in a record."""
        found = json.loads(text)
        known = {name: found[name] for name in _NAMES}
        more = {key: found[key] for key in found if key not in _KNOWN}
        return cls(**known, hashes=Hashes.from_object(found), more=more)
