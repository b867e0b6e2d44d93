"""The announcer: what each event changes, and to whom it is shown.

This is the one way out for events.  Each batch that the journal has stored is applied
to the pool, event by event, and then written to the clients as a whole.  Nothing else
changes presence.  Each kind of event has an announcer: of arrivals, presence, messages,
moderation and accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from twisted_chat.core.account_events import (
    AccountChanged,
    Change,
    IgnoreChanged,
    ReadUpTo,
)
from twisted_chat.core.accounts.operators import Operators
from twisted_chat.core.client import Client
from twisted_chat.core.committer import Committer
from twisted_chat.core.events import (
    AwaySet,
    BulkPresence,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Quit,
    Removed,
    Renamed,
    Stored,
    Switched,
    ValuesMissed,
)
from twisted_chat.core.evictions import Evictions
from twisted_chat.core.ignoring.ignore_records import change_of
from twisted_chat.core.interfaces import TAKEN_OVER
from twisted_chat.core.joining.joining import Joiner
from twisted_chat.core.joining.room_entry import RoomEntry
from twisted_chat.core.moderation.audit import AuditLog
from twisted_chat.core.moderation.moderation import Moderation
from twisted_chat.core.moderation.permissions import Permissions
from twisted_chat.core.moderation.sanction_extensions import SanctionExtensions
from twisted_chat.core.moderation.sanctions import identities_of
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Done, Welcome
from twisted_chat.core.runtime import Runtime
from twisted_chat.core.submission import Submission

from .accounts import AccountAnnouncer
from .announcement import Announcement
from .arrivals import Arrivals
from .bans import BanAnnouncer
from .fanout import Fanout, Late
from .messages import MessageAnnouncer
from .moderation import ModerationAnnouncer
from .presence import PresenceAnnouncer


class Announcer:
    """Applies each batch to the pool, then shows it.

    :ivar silent: show nothing any more; the server is stopping.
    :ivar values_missed: called when what was read of the values is out of date.
    """

    def __init__(
        self,
        *,
        pool: ClientPool,
        committer: Committer,
        joiner: Joiner,
        moderation: Moderation,
        permissions: Permissions,
        entry: RoomEntry,
        audit_log: AuditLog,
        operators: Operators,
        runtime: Runtime,
    ) -> None:
        self._pool = pool
        self._committer = committer
        self._runtime = runtime
        self.silent = False
        self.values_missed: Callable[[], object] = _do_nothing
        self._batch = batch = Announcement(pool, runtime)
        evictions = Evictions()
        arrivals = Arrivals(pool, committer, joiner, evictions, batch)
        presence = PresenceAnnouncer(pool, joiner, evictions, batch)
        accounts = AccountAnnouncer(pool, committer, joiner, operators, runtime, batch)
        extensions = SanctionExtensions(pool, moderation, committer)
        bans = BanAnnouncer(pool, moderation, permissions, extensions, committer, batch)
        self.moderation = ModerationAnnouncer(
            pool, moderation, bans, extensions, entry, audit_log, committer, batch
        )
        self._arrivals, self._presence = arrivals, presence
        self._accounts = accounts
        messages = MessageAnnouncer(pool, runtime, batch)
        self._parts = (arrivals, presence, messages, self.moderation, bans, accounts)
        self._apply: dict[type, Callable[[Any, Stored], None]] = {
            **messages.methods(),
            ValuesMissed: self._values_missed,
            Removed: _show_nothing,
            Joined: self._joined,
            Left: presence.left,
            Quit: self._quit,
            Renamed: self._renamed,
            AwaySet: presence.away_set,
            Switched: presence.switched,
            LoggedIn: self._logged_in,
            LoggedOut: self._logged_out,
            **self.moderation.methods(),
            AccountChanged: self._account_changed,
            IgnoreChanged: accounts.ignore_changed,
            ReadUpTo: accounts.read,
        }

    def announce(self, batch: Sequence[Stored]) -> None:
        """Apply a stored batch, and show each event to everyone it concerns.

        :param batch: not empty.
        """
        announcement = self._batch = Announcement(self._pool, self._runtime, batch)
        for part in self._parts:
            part.batch = announcement
        idle: list[Client] = []
        for stored in batch:
            submission = self._committer.settle(stored)
            client = None if submission is None else submission.client
            announcement.submission = submission
            announcement.key = stored.key
            try:
                self._apply[type(stored.event)](stored.event, stored)
                if submission is not None and client is not None:
                    self._settled(submission, client, stored)
            except Exception as error:  # noqa: BLE001 - it is logged
                # A failure at one event must not hide the others.
                self._runtime.log_failure(error)
            if client is not None and client.count_completed():
                idle.append(client)
        for line in announcement.bulk.lines():
            self._show_bulk(line)
        self._pool.position = batch[-1].position
        self._answer_logins(announcement)
        if not self.silent:
            self._write(announcement.fanout)
        # Clients need not wait for the log, and together its lines take half the time.
        for logged in announcement.log_lines:
            self._runtime.log_line(logged)
        # Only now may anything call back into the chat.
        for client in announcement.stale_clients:
            client.connection.close(TAKEN_OVER)
        self.moderation.finish(closes_rooms=not self.silent)
        self._store_ignoring(announcement)
        for client in idle:
            client.run_idle_calls()
        self._committer.run_settled_calls()

    def _store_ignoring(self, announcement: Announcement) -> None:
        """Have those changes stored that follow from what others did."""
        for member in announcement.ignoring:
            if not member.account or member.ignored is None:
                continue
            for key, entry in member.ignored.take_unstored():
                nick = entry.nick if entry else ""
                event = change_of(member.id, key, entry, nick)
                self._committer.submit(event)

    def _show_bulk(self, line: BulkPresence) -> None:
        """Show many arrivals or departures together."""
        batch = self._batch
        # Each of these is shown other names: they are put together as it is written to,
        # as for all at once they would take memory for the square of their number.
        different: dict[Client, Late] = {}
        for client, arrived in batch.bulk.newcomers(line):
            if client.view is not None:
                different[client] = partial(self._bulk, client, line, arrived)
        for client, nick in batch.bulk.hidden(line).items():
            if client.view is not None and client not in different:
                different[client] = partial(self._bulk, client, line, hidden=nick)
        batch.fanout.show(line, (line.room,), hidden_from=list(different))
        for client, late in different.items():
            batch.fanout.send_late(client, late)

    def _bulk(
        self, client: Client, line: BulkPresence, start: int = 0, hidden: str = ""
    ) -> bytes:
        """What one client is shown of many arrivals or departures.

        :param start: how many of the first names it is not shown.
        :param hidden: another one that it is not shown.
        """
        names = line.names[start:]
        if hidden:
            names = tuple(name for name in names if name != hidden)
        if not names:
            return b""
        room = None if client.room == line.room else line.room
        shown = BulkPresence(line.room, line.arrived, names, line.audience)
        return self._batch.encode(client.codec.bulk_presence, shown, room)

    def _answer_logins(self, announcement: Announcement) -> None:
        """Reply to those who have logged in, see ``Announcement.logins``."""
        for submission, client, stored in announcement.logins:
            try:
                self._reply(submission, client, stored)
            except Exception as error:  # noqa: BLE001 - it is logged
                self._runtime.log_failure(error)

    def _settled(self, submission: Submission, client: Client, stored: Stored) -> None:
        """What was submitted is applied: reply now, or after the batch."""
        if isinstance(stored.event, LoggedIn):
            self._batch.logins.append((submission, client, stored))
        else:
            self._reply(submission, client, stored)

    def _reply(self, submission: Submission, client: Client, stored: Stored) -> None:
        """What was submitted is announced: tell the client that asked for it."""
        ref = submission.ref
        if submission.reply is not None:
            reply = submission.reply(stored.position)
            if isinstance(reply, Welcome):
                # It was shown the rest of the batch by then.
                reply = replace(reply, position=self._pool.position)
            self._batch.reply(client, reply, ref)
        elif ref is not None:
            self._batch.reply(client, Done(stored.position, stored), ref)

    def _write(self, fanout: Fanout) -> None:
        began = self._runtime.seconds()
        fanout.write()
        seconds = max(self._runtime.seconds() - began, 0.0)
        self._runtime.counters.fanout_seconds.observe(seconds)
        self._committer.delay_presence(seconds)

    # One method for each kind of event that does more than change presence, or else.

    def _joined(self, event: Joined, stored: Stored) -> None:
        self._arrivals.joined(event, stored)
        self.moderation.arrived(event)
        if event.account:
            self._accounts.logged_in(event)

    def _quit(self, event: Quit, stored: Stored) -> None:
        self._presence.quit(event, stored)
        self.moderation.departed(event)

    def _renamed(self, event: Renamed, stored: Stored) -> None:
        self._presence.renamed(event, stored)
        self.moderation.renamed(event)

    def _account_changed(self, event: AccountChanged, stored: Stored) -> None:
        self._accounts.changed(event, stored)
        if event.change == Change.UNREGISTERED:
            self.moderation.unregistered(event.member_id)
        elif event.change == Change.NO_OPERATOR:
            self.moderation.lost_rights(event.member_id)

    def _logged_in(self, event: LoggedIn, stored: Stored) -> None:
        self._presence.logged_in(event, stored)
        self.moderation.logged_in(event)
        self._accounts.logged_in(event)

    def _logged_out(self, event: LoggedOut, stored: Stored) -> None:
        member = self._pool.member(event.client_id)
        former = identities_of(member) if member else ()
        self._presence.logged_out(event, stored)
        self.moderation.logged_out(event, former)

    def _values_missed(self, _event: ValuesMissed, _stored: Stored) -> None:
        self.values_missed()


def _show_nothing(_event: Removed, _stored: Stored) -> None:
    """Only its author is told that it was stored."""


def _do_nothing() -> None:
    """Nobody has read any values."""
