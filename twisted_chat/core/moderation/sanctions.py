"""Sanctions: bans and mutes, whom they concern and until when.

A sanction concerns a person by *identities*: the id of an account or of a guest's
client, or for guests a nickname with its look-alikes; by networks of addresses; and by
masks.  It is kept under a key, see ``Sanctions``.  Exceptions from bans are kept alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from twisted_chat.core.names.nicknames import Name, fold_or_none, folded_name, is_guest
from twisted_chat.core.presence import Member
from twisted_chat.core.texts.durations import FOREVER, end_text, is_over, remaining_text

from .mask_sets import MaskSet
from .masks import folded, seen_of
from .networks import Address, Network, NetworkSet, address_in, household_of, network_in

MAX_SANCTIONS = 10_000
"""Bans, or mutes, of the whole chat at once."""

MAX_CONCERNED = 50
"""Identities and networks that one sanction may concern before nothing is added."""

MAX_RENAMED = 40
"""Identities that a mute may concern before the guest must keep its nickname; the rest
of ``MAX_CONCERNED`` is for names that it takes at the same time."""

MAX_ROOM_SANCTIONS = 500
"""Bans, or mutes, of one room at once."""


@dataclass(frozen=True, slots=True)
class Sanction:
    """A ban or a mute.

    :ivar who: whom it concerns, as operators read it: a nickname, an address or a
        network.
    :ivar by: the nickname of whoever imposed it.
    :ivar text: the reason, or empty.
    :ivar end: when it is over, see ``durations``.
    :ivar began: when it was imposed, in milliseconds since 1970.
    :ivar identities: whom it concerns, see ``identities_of``.
    :ivar networks: from where, too.
    :ivar masks: of those whom it concerns; folded, see ``masks``.  Only bans of rooms,
        and exceptions from them, have any.
    """

    who: str
    by: str
    text: str = ""
    end: int = FOREVER
    began: int = 0
    identities: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The value under which it is stored."""
        names = [name for name in self.__slots__ if name != "masks" or self.masks]
        return json.dumps(
            {name: getattr(self, name) for name in names},
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, value: str) -> Sanction:
        """The sanction in a stored value.

        :raises ValueError: it is not one of this version.
        """
        try:
            fields: dict[str, Any] = json.loads(value)
            for name in ("identities", "networks", "masks"):
                fields[name] = tuple(fields.get(name, ()))
            return cls(**fields)
        except (TypeError, KeyError, AttributeError):
            raise ValueError(value) from None

    @property
    def is_by_address(self) -> bool:
        """Whether it names an address or a network; one of a guest may have both."""
        return bool(self.networks) and not self.identities and not self.masks

    def is_from(self, address: Address) -> bool:
        """Whether it concerns who is connected from an address."""
        networks = map(network_in, self.networks)
        return any(one is not None and address in one for one in networks)

    @property
    def until(self) -> str:
        """Until when, for those whom it concerns."""
        return end_text(self.end) if self.end else ""


def name_identities(name: str) -> tuple[str, ...]:
    """The identities of whoever has a nickname, or one that looks like it.

    A guest's name has none: the next one to be called so is somebody else.
    """
    folded = fold_or_none(name)
    if folded is None or is_guest(folded):
        return ()
    return Name(name, folded).keys


def identities_of(member: Member) -> tuple[str, ...]:
    """The identities by which a sanction may concern a member.

    Those of an account are its id and the ids of its clients: a guest that is muted and
    logs in stays so, and whoever has a nickname of a muted guest is someone else.
    """
    if member.account:
        return (member.id, *member.clients)
    return (member.id, *name_identities(member.nick))


def place_of(address: str) -> str:
    """What a guest's nickname is bound to by the address it is used from.

    The network that counts as one address.  Empty if that is unknown, or the same
    machine, where everyone has the same address.
    """
    found = address_in(address)
    if found is None or found.is_loopback:
        return ""
    return network_key(household_of(found))


def names_at(name: str, address: str) -> tuple[str, ...]:
    """As ``name_identities``, of whoever has the nickname at a place, if there is one.

    Who has it elsewhere is somebody else.
    """
    names, place = name_identities(name), place_of(address)
    return tuple(f"{each}@{place}" for each in names) if place else names


def identities_at(member: Member, address: str) -> tuple[str, ...]:
    """The identities by which a sanction may concern who is connected from there."""
    identities = identities_of(member)
    if member.account or not place_of(address):
        return identities
    return (*identities, *names_at(member.nick, address))


def name_key(name: str) -> str:
    """The last part of the key of a sanction by nickname."""
    return f"={folded_name(name)}"


def network_key(network: Network) -> str:
    """The same of one by network; the sign between the parts of a key is replaced."""
    return str(network).replace("/", "_")


def ban_text(ban: Sanction) -> str:
    """What whoever is banned is told."""
    until = ban.until or "further notice"
    return f"you are banned until {until}{_reason(ban)}"


def mute_text(mute: Sanction, now: int) -> str:
    """What whoever is muted is told."""
    left = f" for {remaining_text(mute.end, now)}" if mute.end else ""
    return f"you are muted{left}"


def imposed(sanction: Sanction) -> str:
    """By whom, until when and why: ``by alice until 2026-11-27 10:00 UTC (spam)``."""
    until = f" until {sanction.until}" if sanction.end else ""
    return f"by {sanction.by}{until}{_reason(sanction)}"


def _reason(sanction: Sanction) -> str:
    return f" ({sanction.text})" if sanction.text else ""


@dataclass(slots=True)
class Sanctions:
    """The sanctions of one kind, by key, and the indexes by which they are found.

    A key is that of a name or a network, or the id of an account.  Behind it and a
    ``+`` may stand what the sanction concerns since it was imposed: an identity, or a
    network after a ``/``.  The value is the time at which the sanction began, so that
    nothing is left of it for the next one under this key.
    """

    _kept: dict[str, Sanction] = field(default_factory=dict)
    # What stands behind a key -> what stands behind the ``+`` -> the value.
    _further: dict[str, dict[str, str]] = field(default_factory=dict)
    # Identity -> keys.
    _by_identity: dict[str, dict[str, None]] = field(default_factory=dict)
    _by_network: dict[Network, dict[str, None]] = field(default_factory=dict)
    _by_mask: dict[str, dict[str, None]] = field(default_factory=dict)
    _masks: MaskSet = field(default_factory=MaskSet)
    _networks: NetworkSet = field(default_factory=NetworkSet)

    def __len__(self) -> int:
        return len(self._kept)

    def __bool__(self) -> bool:
        return bool(self._kept)

    def __iter__(self) -> Iterator[tuple[str, Sanction]]:
        """All, also those that are over, with their keys."""
        return iter(self._kept.items())

    def apply(self, key: str, value: str | None) -> None:
        """Bring this up to a changed value."""
        parent, plus, subject = key.partition("+")
        if plus:
            self._extend(parent, subject, value)
            sanction = self._kept.get(parent)
        else:
            sanction = None if value is None else Sanction.from_json(value)
        self._forget(parent)
        if sanction is not None:
            self._kept[parent] = self._concerning(parent, sanction)
            self._index(parent)

    def _extend(self, parent: str, subject: str, value: str | None) -> None:
        """Keep what a sanction concerns besides, or no longer."""
        further = self._further.setdefault(parent, {})
        further.pop(subject, None)
        if value is not None:
            further[subject] = value
        if not further:
            del self._further[parent]

    def keys_of(self, key: str) -> tuple[str, ...]:
        """The key of a sanction and those behind it."""
        return (key, *(f"{key}+{each}" for each in self._further.get(key, ())))

    def get(self, key: str) -> Sanction:
        """The sanction under a key, which there is."""
        return self._kept[key]

    def valid(self, now: int) -> list[Sanction]:
        """Those that are not over, the earliest first."""
        found = [each for each in self._kept.values() if not is_over(each.end, now)]
        return sorted(found, key=lambda each: each.began)

    def ended(self, now: int) -> list[str]:
        """The keys of those that are over, and those behind them."""
        return [
            each
            for key, sanction in self._kept.items()
            if is_over(sanction.end, now)
            for each in self.keys_of(key)
        ]

    def of_member(
        self, member: Member, address: str, now: int
    ) -> tuple[str, Sanction] | None:
        """The sanction that concerns a member the longest, and its key.

        :param address: from where it is connected; may be empty.
        """
        if not self._kept:
            return None
        seen = folded(seen_of(member)) if self._by_mask else ""
        return self.find(identities_of(member), address, now, seen)

    def find(
        self, identities: Iterable[str], address: str, now: int, seen: str = ""
    ) -> tuple[str, Sanction] | None:
        """The sanction that concerns a person the longest, and its key.

        :param address: from where the person is connected; may be empty.
        :param seen: what is seen of the person, folded; see ``masks``.
        """
        found = self.find_all(identities, address, now, seen)
        return max(found, key=lambda each: each[1].end or float("inf"), default=None)

    def find_all(
        self, identities: Iterable[str], address: str, now: int, seen: str = ""
    ) -> list[tuple[str, Sanction]]:
        """As ``find``, all that concern the person."""
        if not self._kept:
            return []
        keys: dict[str, None] = {}
        for identity in identities:
            keys.update(self._by_identity.get(identity, {}))
        if self._by_network and (found := address_in(address)) is not None:
            for network in self._networks.containing(found):
                keys.update(self._by_network[network])
        for mask in self._masks.matching(seen) if seen else ():
            keys.update(self._by_mask[mask])
        return [
            (key, self._kept[key])
            for key in keys
            if not is_over(self._kept[key].end, now)
        ]

    def _concerning(self, key: str, sanction: Sanction) -> Sanction:
        """The sanction with what it concerns since it was imposed."""
        identities = dict.fromkeys(sanction.identities)
        networks = dict.fromkeys(sanction.networks)
        for subject, began in self._further.get(key, {}).items():
            if began == str(sanction.began):
                if subject.startswith("/"):
                    networks[subject[1:].replace("_", "/")] = None
                else:
                    identities[subject] = None
        return replace(sanction, identities=tuple(identities), networks=tuple(networks))

    def _index(self, key: str) -> None:
        sanction = self._kept[key]
        for identity in sanction.identities:
            self._by_identity.setdefault(identity, {})[key] = None
        for mask in sanction.masks:
            self._by_mask.setdefault(mask, {})[key] = None
            self._masks.add(mask)
        for text in sanction.networks:
            if (network := network_in(text)) is not None:
                keys = self._by_network.setdefault(network, {})
                if key not in keys:
                    keys[key] = None
                    self._networks.add(network)

    def _forget(self, key: str) -> None:
        sanction = self._kept.pop(key, None)
        if sanction is None:
            return
        for identity in sanction.identities:
            keys = self._by_identity.get(identity, {})
            keys.pop(key, None)
            if not keys:
                self._by_identity.pop(identity, None)
        for mask in sanction.masks:
            of_mask = self._by_mask[mask]
            of_mask.pop(key, None)
            if not of_mask:
                del self._by_mask[mask]
                self._masks.discard(mask)
        for text in sanction.networks:
            if (network := network_in(text)) is None:
                continue
            among = self._by_network.get(network, {})
            if key in among:
                del among[key]
                self._networks.discard(network)
            if not among:
                self._by_network.pop(network, None)
