"""A client: a connection to this server, what it speaks and what it is shown.

A ``View`` is what some clients see alike: they have the same codec, are in the same
rooms and ignore the same people.  They are shown the same bytes, so the fan-out goes
by views and not by clients.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .announcers.recipients import Recipients
from .idle import IdleCalls
from .ignoring.ignore_list import IgnoreList
from .ignoring.ignoring import NOBODY, Marks
from .interfaces import Codec, Connection
from .limits import TOKEN_BYTES
from .presence import Member

ViewKey = tuple[Codec, tuple[str, ...], Marks]


class ClientState(enum.Enum):
    """The stages of a client, in order; ``Client.move_to`` is what changes it."""

    JOINING = "joining"
    """It is connected, and its arrival is not announced yet."""
    PRESENT = "present"
    """It was welcomed; it talks and is shown what happens."""
    QUITTING = "quitting"
    """It asked to leave: nothing more is taken from it.  Resuming ends this."""
    GONE = "gone"
    """Its departure is submitted, or it never joined."""


_NEXT = {
    ClientState.JOINING: (ClientState.PRESENT, ClientState.GONE),
    ClientState.PRESENT: (ClientState.QUITTING, ClientState.GONE),
    ClientState.QUITTING: (ClientState.PRESENT, ClientState.GONE),
    ClientState.GONE: (),
}

# Looked up for every request: an attribute of an enum costs ten times a name in 3.11.
_JOINING = ClientState.JOINING
_CONNECTED = (ClientState.PRESENT, ClientState.QUITTING)
_ACCEPTING = (ClientState.PRESENT, ClientState.JOINING)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a connection belongs to, as far as its adapter knows.

    Guards and routes may use it.  The account is that of the client.

    :ivar address: of the peer, as an operator writes it; empty if there is none.
    :ivar network: what counts as one address: that of a household.  ``None`` if nothing
        is counted by address, as for clients on the same machine.
    :ivar secure: nobody can read on the way what it sends: by TLS, or as it is on the
        same machine.
    :ivar encrypted: by TLS, wherever it comes from.
    :ivar roles: what it may do besides what everyone may.
    :ivar wire: by what it is connected, for the log; empty if unknown.
    """

    address: str = ""
    roles: frozenset[str] = frozenset()
    wire: str = ""
    network: int | None = None
    secure: bool = False
    encrypted: bool = False


GUEST = Identity()
"""A guest without an address."""


class NoConnection:
    """The connection of a client that has none."""

    waiting = 0

    def write(self, data: bytes) -> None:
        """Discard it."""

    def close(self, reason: str) -> None:
        """Do nothing."""

    def pause(self) -> None:
        """Do nothing."""

    def resume(self) -> None:
        """Do nothing."""


NO_CONNECTION = NoConnection()
"""That of clients that have left, or have handed it over."""


class Queue(Protocol):
    """What a client has asked that was not taken yet; see ``inbox.Inbox``."""

    def drain(self) -> None:
        """Have all of it taken now."""

    def charge(self, tokens: int) -> None:
        """Have what the client asks next wait for this many tokens more."""

    def idle_seconds(self) -> float | None:
        """For how long it has asked nothing; ``None`` if that is not known."""


class View:
    """What some clients see alike.

    :ivar rooms: the room that they talk in is the last.
    :ivar ignoring: by what the messages are known that it is not shown.
    :ivar clients: change them by ``add`` and ``remove``.
    """

    __slots__ = ("_recipients", "clients", "codec", "ignoring", "rooms")

    def __init__(self, key: ViewKey) -> None:
        self.codec, self.rooms, self.ignoring = key
        # A dict keeps the order of arrival, which is about that of the clients'
        # memory; in the order of a set the fan-out misses the cache at every step.
        self.clients: dict[Client, None] = {}
        self._recipients: Recipients | None = None

    @property
    def key(self) -> ViewKey:
        """What makes it one view."""
        return (self.codec, self.rooms, self.ignoring)

    @property
    def recipients(self) -> Recipients:
        """All its clients, for the fan-out."""
        if self._recipients is None:
            self._recipients = Recipients(self.clients)
        return self._recipients

    def recipients_changed(self) -> None:
        """One of its clients is sent bytes by other functions than before."""
        self._recipients = None

    def add(self, client: Client) -> None:
        """Show it to a client, too."""
        self.clients[client] = None
        self._recipients = None

    def remove(self, client: Client) -> None:
        """Show it to a client no longer."""
        self.clients.pop(client, None)
        self._recipients = None


class Client:
    """A connection to this server.

    :ivar id: the client id, a digest of the session; a secret as well.
    :ivar member: whose client it is; in the pool from the first ``Joined`` on.
    :ivar session: the secret with which it may resume; empty if it cannot.
    :ivar since: when it connected first, in seconds since 1970.
    :ivar state: change it by ``move_to``.
    :ivar write: sends bytes to it; its connection's, except while it catches up.
        Change it by ``write_by``.
    :ivar send: its socket's own ``send``, enabled by the connection while nothing
        waits there; what it does not take goes to ``write``.  ``None`` otherwise.
        Change it by ``send_by``.
    :ivar view: ``None`` unless it is shown what happens.
    :ivar pending: the number of its requests that are not completed.
    :ivar inbox: what it has asked that was not taken yet.
    :ivar has_room: it was shown a room that it has entered, besides in its welcome.
    """

    __slots__ = (
        "_idle_calls",
        "codec",
        "connection",
        "has_room",
        "id",
        "identity",
        "inbox",
        "member",
        "pending",
        "send",
        "session",
        "since",
        "state",
        "view",
        "write",
    )

    def __init__(
        self,
        client_id: str,
        connection: Connection,
        codec: Codec,
        identity: Identity = GUEST,
        session: str = "",
    ) -> None:
        self.id = client_id
        self.member = Member(client_id)
        self.session = session
        self.since = 0
        self.connection = connection
        self.codec = codec
        self.identity = identity
        self.state = ClientState.JOINING
        self.write: Callable[[bytes], None] = connection.write
        self.send: Callable[[bytes], int] | None = None
        self.view: View | None = None
        self.pending = 0
        # Most clients never have one.
        self._idle_calls: IdleCalls | None = None
        self.inbox: Queue | None = None
        self.has_room = False

    @property
    def member_id(self) -> str:
        """The id of its member."""
        return self.member.id

    @property
    def account(self) -> str:
        """The name of the account that it is logged in to; empty for a guest."""
        return self.member.account

    @property
    def account_id(self) -> str:
        """The id of that account; empty for a guest."""
        return self.member.account_id

    @property
    def nick(self) -> str:
        """Its nickname; empty until it has one."""
        return self.member.nick

    @property
    def address(self) -> str:
        """From where it is connected; empty if that is not known."""
        return self.identity.address

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms that it is in."""
        return self.member.rooms

    @property
    def room(self) -> str | None:
        """The room that it talks in."""
        return self.member.room

    @property
    def is_connected(self) -> bool:
        """It was welcomed and is not gone."""
        return self.state in _CONNECTED

    @property
    def is_joining(self) -> bool:
        """Its arrival is not announced yet."""
        return self.state is _JOINING

    @property
    def may_resume(self) -> bool:
        r"""Its session is valid once it is gone: it has one, and did not ``\quit``."""
        return bool(self.session) and self.state is not ClientState.QUITTING

    @property
    def accepts_requests(self) -> bool:
        """It has not asked to leave, and is not gone."""
        return self.state in _ACCEPTING

    def move_to(self, state: ClientState) -> None:
        """Enter another stage.

        :raises ValueError: no client goes there from where this one is.
        """
        if state not in _NEXT[self.state]:
            raise ValueError(f"a client that is {self.state.value} cannot be {state}")
        self.state = state

    def write_by(self, write: Callable[[bytes], None]) -> None:
        """Write to it by this function from now on, and not past it."""
        self.write = write
        self.send_by(None)

    def send_by(self, send: Callable[[bytes], int] | None) -> None:
        """Send to it by this function from now on; ``None``: only by ``write``.

        Without effect while it is written to elsewhere, which this would overtake.
        """
        self.send = send if self.write == self.connection.write else None
        if self.view is not None:
            self.view.recipients_changed()

    def charge_answer(self, size: int) -> None:
        """It is sent an answer of so many bytes, which counts for its rate limit.

        The request has paid for the first ``TOKEN_BYTES``.
        """
        if size > TOKEN_BYTES and self.inbox is not None:
            self.inbox.charge((size - 1) // TOKEN_BYTES)

    def charge_room(self, size: int) -> None:
        """It is sent so many bytes about a room that it has entered.

        For the first one it pays nothing, as nobody does for what is in a welcome:
        clients of IRC begin in no room, and those of Socket.IO have yet to join.
        """
        if self.has_room:
            self.charge_answer(size)
        self.has_room = True

    def when_idle(self, call: Callable[[], None]) -> None:
        """Call this once nothing that the client asked for is pending."""
        if self._idle_calls is None:
            self._idle_calls = IdleCalls()
        self._idle_calls.add(call)

    def begin_one(self) -> None:
        """One of its requests is not completed at once."""
        self.pending += 1

    def complete_one(self) -> None:
        """One of its requests is completed."""
        if self.count_completed():
            self.run_idle_calls()

    def count_completed(self) -> bool:
        """One of its requests is completed.

        :returns: call ``run_idle_calls`` as soon as that may call back into the chat.
        """
        self.pending -= 1
        return not self.pending and self.has_idle_calls

    @property
    def has_idle_calls(self) -> bool:
        """Whether ``run_idle_calls`` has any to make."""
        return self._idle_calls is not None

    def run_idle_calls(self) -> None:
        """Make the calls that wait until nothing is pending."""
        calls, self._idle_calls = self._idle_calls, None
        if calls is not None:
            calls.run()

    @property
    def ignored(self) -> IgnoreList | None:
        """Whom its member ignores; ``None`` or empty for nobody."""
        return self.member.ignored

    @property
    def ignoring(self) -> Marks:
        """By what the messages are known that it is not shown."""
        ignored = self.member.ignored
        return ignored.marks if ignored else NOBODY

    def view_key(self) -> ViewKey:
        """The view that it should have now."""
        return (self.codec, self.member.rooms, self.ignoring)
