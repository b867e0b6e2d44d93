"""Events that were not stored: what their authors are told, and what is tried again."""

from __future__ import annotations

from collections.abc import Callable

from .account_events import AccountChanged
from .accounts.changes import account_changes
from .client import Client
from .events import Event, Renamed
from .interfaces import OutcomeUnknown, StoreError
from .moderation_events import RoomOpened
from .parts import Parts
from .replies import ErrorReply, Refused, Reply
from .submission import Submission


class RefusedEvents:
    """Decides what becomes of each event that the committer could not have stored.

    :param parts: those of the chat.
    :param reply: sends a reply to a client, which answers the request with a reference.
    """

    def __init__(
        self, parts: Parts, reply: Callable[[Client, Reply, str | None], None]
    ) -> None:
        self._committer = parts.committer
        self._operators = parts.operators
        self._claims = parts.claims
        self._entry = parts.entry
        self._bans = parts.bans
        self._joiner = parts.joiner
        self._reply = reply

    def not_stored(self, submission: Submission, error: StoreError | Refused) -> None:
        """An event was not stored: its author is told, or it is submitted again."""
        event, client = submission.event, submission.client
        if isinstance(event, AccountChanged) and self._is_retried(event, error):
            if not submission.must_store:
                self._submit_again(event, submission)
            return
        if client is None:
            if submission.must_store and isinstance(error, StoreError):
                # An arrival or a departure, which is submitted again.
                self._joiner.warn(event.client_id, error)
            elif isinstance(event, RoomOpened):
                self._entry.opening_settled(event.room)
            return
        if isinstance(error, Refused):
            # Something before it in the order has changed the client's rights.
            reply = ErrorReply.of(error)
            self.no_longer_allowed(event, client, error)
        elif isinstance(error, OutcomeUnknown):
            # It may yet be announced, and needs its nickname or room then.
            reply = ErrorReply("store", str(error))
            error.when_not_stored(lambda: self._claims.release(event, client))
        else:
            reply = ErrorReply("store", f"not stored: {error}")
            self._claims.release(event, client)
        self._reply(client, reply, submission.ref)
        client.complete_one()

    def no_longer_allowed(self, event: Event, client: Client, why: Refused) -> None:
        """What a client was allowed at first is refused at its place in the order."""
        self._claims.release(event, client)
        if isinstance(event, Renamed) and why.code == "banned":
            # As if the nickname had been banned when the client asked for it.
            self._bans.expel(client)

    def _is_retried(self, event: AccountChanged, error: StoreError | Refused) -> bool:
        """Whether a change that was not stored has to be: what led to it is written.

        Without an operator, the client has used up the operator code.
        """
        if isinstance(error, Refused):
            return False
        return event.is_written or not self._operators.ids

    def _submit_again(self, event: AccountChanged, submission: Submission) -> None:
        """Have the change of an account stored as soon as possible.

        Nobody keeps a right until then who has lost it.
        """
        if event.is_written:
            self._operators.apply(account_changes(event))
            self._committer.check_again()
        client = submission.client
        self._committer.submit(
            event,
            client,
            submission.ref,
            must_store=True,
            reply=submission.reply,
            audited=submission.audited,
        )
        if client is not None:
            client.complete_one()
