"""The list of those whom a member ignores.

An ignore follows the person.  An account is a person, whatever its nickname is.  A
guest is followed through renames by the member id, into an account when it logs in, and
through a reconnection by the nickname and the address, as far as this server knows it.
The next owner of its nickname is not ignored if the address is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Protocol

from twisted_chat.core.limits import MAX_IGNORED
from twisted_chat.core.names.nicknames import fold_or_none, folded_name

from .ignoring import ByAccount, ByFormerNick, ById, ByNick, Mark, Marks

MAX_PAST = 20
"""Former names and ids of one person that are remembered."""


class Person(Protocol):
    """A member, as far as an ignore list has to know it; see ``presence.Person``."""

    id: str
    nick: str
    folded: str
    account: str

    @property
    def account_id(self) -> str:
        """The id of the account; empty for a guest."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Someone who is ignored.

    :ivar nick: the nickname when that began, as it is listed.
    :ivar account: the folded name of the account; empty if none is known.
    :ivar member_id: of the guest that the person is, or was last; empty if there has
        been none.
    :ivar folded: the nickname of that guest; empty if somebody else has it by now.
    :ivar address: of that guest; empty if it is not known.
    :ivar past: by what the person was known before.
    :ivar account_id: the id of the account.
    :ivar key: by which the entry is known in its list, also when all else changes.
    """

    nick: str
    account: str = ""
    member_id: str = ""
    folded: str = ""
    address: str = ""
    past: tuple[ById | ByFormerNick, ...] = ()
    account_id: str = ""
    key: str = field(default="", compare=False)

    @property
    def marks(self) -> Iterator[Mark]:
        """By what the person's messages are known."""
        yield from self.past
        if self.account_id:
            yield ByAccount(self.account_id)
        if self.member_id:
            yield ById(self.member_id)
        if self.folded:
            yield ByNick(self.folded)

    def renamed(self, folded: str) -> Ignored:
        """The same guest, with another nickname; empty: with none of its own."""
        former = (ByFormerNick(self.folded),) if self.folded else ()
        return replace(self, folded=folded, past=self._past(*former))

    def back(self, member_id: str) -> Ignored:
        """The same person, now with this member id."""
        former = (ById(self.member_id),) if self.member_id else ()
        return replace(self, member_id=member_id, past=self._past(*former))

    def _past(self, *former: ById | ByFormerNick) -> tuple[ById | ByFormerNick, ...]:
        return (*self.past, *former)[-MAX_PAST:]


class IgnoreList:
    """Whom a member ignores.

    :ivar marks: by what the messages are known that it is not shown.
    """

    __slots__ = ("_entries", "_stored", "marks")

    def __init__(self, entries: Iterable[Ignored] = ()) -> None:
        self._entries: list[Ignored] = []
        self._stored: dict[str, Ignored] = {}
        self._set(list(entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Ignored]:
        return iter(self._entries)

    def of(self, member: Person) -> Ignored | None:
        """The entry of a member."""
        if member.account:
            return self._find("account_id", member.account_id)
        return self._find("member_id", member.id) or self._find("folded", member.folded)

    def add(self, entry: Ignored) -> None:
        """Ignore someone; see ``ignored_member``."""
        self._set([*self._entries, entry])

    def add_nick(self, nick: str, folded: str) -> None:
        """Ignore whoever has a nickname first; nobody has it now."""
        entry = Ignored(nick, folded=folded, key=f"={folded}")
        self._set([*self._entries, entry])

    def named(self, folded: str | None, member: Person | None) -> Ignored | None:
        """The entry that a person means who types a name.

        :param member: who has that nickname now.
        """
        if folded is None:
            return None
        return (
            self._find("folded", folded)
            or (self.of(member) if member is not None else None)
            or self._find("account", folded)
            or next((e for e in self if fold_or_none(e.nick) == folded), None)
        )

    def remove(self, entry: Ignored) -> None:
        """Ignore someone no longer."""
        self._set([each for each in self._entries if each is not entry])

    def merge(self, other: Iterable[Ignored]) -> None:
        """Ignore those of another list as well."""
        known = {entry.key for entry in self._entries if entry.key}
        new = [e for e in other if e.key not in known and e not in self._entries]
        self._set([*self._entries, *new])

    # The list of an account, which is kept in the store.

    def is_stored(self, key: str, entry: Ignored | None) -> None:
        """An entry is stored like this; with ``None``, it is there no longer."""
        others = [each for each in self._entries if each.key != key]
        if entry is None:
            self._stored.pop(key, None)
            self._set(others)
            return
        self._stored[key] = entry
        at = next((n for n, e in enumerate(self._entries) if e.key == key), len(others))
        self._set([*others[:at], entry, *others[at:]])

    def take_unstored(self) -> list[tuple[str, Ignored | None]]:
        """The entries that differ from what is stored, by key; ``None``: it is gone.

        They count as stored from here on.
        """
        now = {entry.key: entry for entry in self._entries}
        changed: list[tuple[str, Ignored | None]] = [
            (key, entry) for key, entry in now.items() if self._stored.get(key) != entry
        ]
        changed += [(key, None) for key in self._stored if key not in now]
        self._stored = now
        return changed

    # Following a person.

    def renamed(
        self, member: Person, address: str, is_here: Callable[[str], bool]
    ) -> bool:
        """A member was renamed.

        Someone else may be renamed to a nickname that is on the list, as those are
        whose client cannot ask for a nickname when it connects.

        :param address: empty if it is not known.
        :param is_here: whether there is a member of an id.
        :returns: whether the list changed.
        """
        if not member.account and (entry := self._find("member_id", member.id)):
            self._vacate(member.folded)
            return self._change(entry, entry.renamed(member.folded))
        return self.arrived(member, address, is_here)

    def arrived(
        self, member: Person, address: str, is_here: Callable[[str], bool]
    ) -> bool:
        """Someone arrived with a nickname that may be on the list, now or formerly."""
        entry = self._find("folded", member.folded)
        if member.account:
            # Only if nobody else was meant before.
            return (
                entry is not None
                and not entry.member_id
                and self._change(entry, replace(ignored_member(member), key=entry.key))
            )
        if entry is None:
            return self._returned(member, address, is_here)
        if entry.member_id == member.id:
            return False
        if not address or not entry.address or address == entry.address:
            return self._change(entry, entry.back(member.id))
        return self._vacate(member.folded)

    def logged_in(self, client_id: str, member: Person) -> bool:
        """A guest is the member of an account now, or one of its clients."""
        entry = self._find("member_id", client_id)
        if entry is None:
            return False
        known = self._find("account_id", member.account_id)
        if known is not None and known is not entry:
            self.remove(entry)
            return True
        now = replace(
            entry.renamed(""),
            account=folded_name(member.account),
            account_id=member.account_id,
        )
        return self._change(entry, now)

    def logged_out(self, account_id: str, guest: Person) -> bool:
        """A client of an account is a guest now."""
        entry = self._find("account_id", account_id)
        if entry is None:
            return False
        self._vacate(guest.folded)
        return self._change(entry, entry.back(guest.id).renamed(guest.folded))

    def _returned(
        self, member: Person, address: str, is_here: Callable[[str], bool]
    ) -> bool:
        """Who was renamed and has left may come back under a former nickname."""
        if not address:
            return False
        former = ByFormerNick(member.folded)
        for entry in self._entries:
            if (
                entry.address == address
                and former in entry.past
                and not is_here(entry.member_id)
            ):
                back = entry.back(member.id).renamed(member.folded)
                return self._change(entry, back)
        return False

    def _vacate(self, folded: str) -> bool:
        """Somebody else has this nickname: an entry stands for the former id only."""
        entry = self._find("folded", folded)
        return entry is not None and self._change(entry, replace(entry, folded=""))

    def _find(self, field: str, value: str) -> Ignored | None:
        return next((e for e in self._entries if getattr(e, field) == value), None)

    def _change(self, entry: Ignored, now: Ignored) -> bool:
        self._set([now if each is entry else each for each in self._entries])
        return True

    def _set(self, entries: list[Ignored]) -> None:
        self._entries = entries
        self.marks: Marks = frozenset(mark for each in entries for mark in each.marks)


def ignore_list(
    nicks: Iterable[str],
    own: str,
    find: Callable[[str], tuple[Person, str] | None],
) -> IgnoreList:
    """The list of a client that knows only nicknames.

    :param own: the folded nickname of the client itself, which is left out.
    :param find: the member of a folded nickname, and its address.
    """
    ignored = IgnoreList()
    for nick in nicks:
        folded = fold_or_none(nick)
        if folded is None or folded == own or len(ignored) >= MAX_IGNORED:
            continue
        found = find(folded)
        if ignored.named(folded, found[0] if found else None) is not None:
            continue
        if found is None:
            ignored.add_nick(nick, folded)
        else:
            ignored.add(ignored_member(*found))
    return ignored


def ignored_member(member: Person, address: str = "") -> Ignored:
    """The entry for a member.

    :param address: of a guest; empty if it is not known.
    """
    if member.account:
        return Ignored(
            member.nick,
            folded_name(member.account),
            account_id=member.account_id,
            key=member.account_id,
        )
    # The id of a guest is a secret.
    digest = blake2b(member.id.encode(), digest_size=8, person=b"chat ignored")
    return Ignored(
        member.nick,
        member_id=member.id,
        folded=member.folded,
        address=address,
        key=digest.hexdigest(),
    )
