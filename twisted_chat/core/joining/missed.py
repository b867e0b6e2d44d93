"""What an account has missed while none of its clients was connected."""

from __future__ import annotations

from twisted_chat.core.accounts.absences import Absence, Absences
from twisted_chat.core.client import Client
from twisted_chat.core.corrections import Author
from twisted_chat.core.events import Stored
from twisted_chat.core.ignoring.ignoring import without_ignored
from twisted_chat.core.interfaces import Journal, StoreError
from twisted_chat.core.isolation import encoded
from twisted_chat.core.limits import MAX_MISSED_CHARACTERS
from twisted_chat.core.replies import Missed
from twisted_chat.core.runtime import Runtime
from twisted_chat.core.texts.texts import characters_shown

MAX_DIRECT = 200
"""Direct messages that are shown at a login, the last ones."""

MAX_READ = 500
"""Direct messages that are read to find these, if some people are ignored."""

MAX_CHARACTERS = MAX_MISSED_CHARACTERS
"""Characters in all of them, as in all that is replayed to who resumes."""

MAX_COUNTED = 1_000
"""Messages of each room that are counted."""


class MissedMessages:
    """Tells clients that log in what came while they were away."""

    def __init__(self, journal: Journal, absences: Absences, runtime: Runtime) -> None:
        self._journal = journal
        self._absences = absences
        self._runtime = runtime

    def tell(self, client: Client, absence: Absence, position: str) -> None:
        """Tell a client, as soon as it is known.

        :param position: of its login; it is shown what came since by then.
        """
        # Not before it is shown that it has logged in.
        self._runtime.call_later(
            0, lambda: self._runtime.spawn(self._tell(client, absence, position))
        )

    async def _count(self, room: str, position: str, account: str) -> int:
        """How many messages of a room came since an account has seen it."""
        history = self._journal.history
        found = await history.count(room, position, MAX_COUNTED)
        if not found:
            return 0
        # Its departure is not known if the server was killed; what it said there is.
        own = await history.last_of(room, Author(account_id=account), 1)
        if not own or own[0].position <= position:
            return found
        return await history.count(room, own[0].position, MAX_COUNTED)

    async def _tell(self, client: Client, absence: Absence, position: str) -> None:
        history, account = self._journal.history, client.member_id
        # Whoever is ignored must not hide the messages of others by many of its own.
        most = MAX_READ if client.ignoring else MAX_DIRECT
        try:
            direct = await history.direct(account, absence.position, most + 1)
            count = 0
            for room in absence.rooms:
                count += await self._count(room, absence.position, account)
            if client.member_id == account:
                # After a crash it is told what came since now.
                await self._absences.begin(account, position, client.rooms)
        except StoreError as error:
            why = error.operator_text
            self._runtime.log_line(f"cannot read what an account has missed: {why}")
            return
        came = tuple(one for one in direct if one.position <= position)
        wanted = without_ignored(came, client.ignoring)
        shown = _last_that_fit(wanted)
        is_cut = len(wanted) > len(shown) or len(came) > most
        missed = Missed(shown, count, more=is_cut)
        if client.is_connected and client.member_id == account:
            data = encoded(self._runtime, client.codec.reply, missed, client, None)
            client.write(data)


def _last_that_fit(direct: tuple[Stored, ...]) -> tuple[Stored, ...]:
    """The last direct messages, as many as are shown."""
    left = MAX_CHARACTERS
    for count, stored in enumerate(reversed(direct)):
        left -= characters_shown(stored.event)
        if left < 0 or count == MAX_DIRECT:
            return direct[len(direct) - count :]
    return direct
