"""The connection of an IRC client, whatever carries its lines.

It registers; then it is attached to the chat, and its lines are requests.  ``protocol``
and ``websocket`` derive theirs from this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from twisted_chat.clients.attach import Attachment
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.client import Identity
from twisted_chat.core.interfaces import BANNED, SHUTTING_DOWN, TAKEN_OVER
from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.replies import NOTHING, ErrorReply, Refused, Request

from .batches import Item
from .codec import Frame, IrcCodec
from .errors import error_lines, refused_line
from .message import Message, MessageError, parse
from .profile import Profile
from .registration import Registration, Stage
from .sasl import Authenticator
from .shared import IrcShared

REGISTRATION_TIMEOUT = 60.0
"""Seconds in which a client has to register."""

NOT_REGISTERED = "Registration timed out"

PING_TIMEOUT = "ping timeout"

REASONS = {
    SHUTTING_DOWN: "The server is shutting down",
    TAKEN_OVER: "Another connection has taken its place",
    BANNED: "Banned",
    PING_TIMEOUT: "Ping timeout",
    "quit": "Quit",
}
"""Why a connection is closed, for a person; other reasons are shown as they are."""


class IrcConnection:
    """One client.

    A class derived from this provides what raises ``NotImplementedError`` here.

    :ivar profile: what the client has said of itself.
    :ivar read_paused: it is not read from.
    """

    profile: Profile
    write: Callable[[bytes], None]

    def _begin(
        self, shared: IrcShared, frame: Frame, identity: Identity, transport: object
    ) -> None:
        """The connection is there."""
        self._irc = shared
        self._frame = frame
        self._identity = identity
        self._transport = transport
        self.profile = Profile(shared.offered(self.authenticator.mechanisms))
        self.read_paused = False
        self._reason = ""
        self._is_closed = False
        self._attachment: Attachment | None = None
        self._registration: Registration | None = Registration(
            shared.server, self, identity
        )
        shared.server.registering.add(self)

    @property
    def _codec(self) -> IrcCodec:
        return self._irc.codecs.codec(self.profile.capabilities.of_codec, self._frame)

    # What the derived class calls.

    def _line_received(self, line: bytes) -> None:
        """A line, without its end."""
        attachment = self._attachment
        if attachment is not None:
            attachment.receive(line)
        elif self._registration is not None:
            self._register(line, self._registration)

    def _decode(self, line: bytes) -> Iterable[Request]:
        """The requests in a line of a client that is attached."""
        attachment = self._attachment
        if attachment is None:
            return (NOTHING,)
        return self._irc.requests(line, attachment.client)

    def _register(self, line: bytes, registration: Registration) -> None:
        try:
            message = parse(line)
        except MessageError as error:
            refused = refused_line(error)
            if refused is not None:
                reason, reference = refused
                reply = ErrorReply.of(reason)
                self.show(*error_lines(reply, reference, "*"))
            return
        registration.receive(message)

    def _ended(self, error: str) -> None:
        """The connection is gone.

        :param error: why it broke; empty if it was closed cleanly.
        """
        self._is_closed = True
        self._reason = self._reason or error.capitalize()
        if self._registration is not None:
            self._registration.end()
            self._registration = None
        server = self._irc.server
        server.registering.discard(self)
        if self._attachment is not None:
            client = self._attachment.client
            server.monitors.clear(client)
            server.former.leaves(client.member_id, self.profile)
            self._attachment.end(error)

    def _pause(self) -> None:
        raise NotImplementedError

    def _resume(self) -> None:
        raise NotImplementedError

    def _finish(self, reason: str) -> None:
        """Close the connection once all that was written is sent."""
        raise NotImplementedError

    # For the registration.

    @property
    def authenticator(self) -> Authenticator:
        """What it needs to authenticate."""
        return self._irc.authenticator(self._identity, self._transport)

    def show(self, *lines: Item) -> None:
        """Send lines to a client that is not in the chat yet."""
        if lines and not self._is_closed:
            self.write(self._codec.encode(lines))

    def join(self, nick: str, account: Account | None) -> None:
        """Let the client join the chat, in no room."""
        irc = self._irc
        request = JoinRequest(
            nick=nick,
            rooms=(),
            resumable=False,
            account=account.name if account else "",
            member_id=account.id if account else "",
            away=self.profile.away,
            nick_refused=self._nick_refused,
        )
        attachment = Attachment(
            irc.chat,
            self,
            self._codec,
            request,
            identity=self._identity,
            rate_limit=irc.rate_limit,
            decode=self._decode,
            source=self,
        )
        registration = self._registration
        if registration is not None and registration.stage is Stage.JOINING:
            # It was not refused at once.
            self._attachment = attachment
            attachment.client.when_idle(self._registered)
            irc.server.registering.discard(self)
            self._joined(attachment)

    def _registered(self) -> None:
        """The client is in the chat: what it has given to get there is freed."""
        self._registration = None

    def _joined(self, attachment: Attachment) -> None:
        """The client is attached."""

    def _registers(self) -> None:
        """The client has to register, in time."""

    def _nick_refused(self, why: Refused) -> None:
        """The client cannot have its nickname: it registers again."""
        self._attachment = None
        if self._registration is not None:
            self._irc.server.registering.add(self)
            self._registers()
            self._registration.refused(why)

    # For the chat.

    @property
    def waiting(self) -> int:
        """Bytes that wait for the client."""
        raise NotImplementedError

    def close(self, reason: str) -> None:
        """Say why, and end the connection."""
        if self._is_closed:
            return
        text = REASONS.get(reason, reason)
        if self.profile.quit_text:
            text = f"{text}: {self.profile.quit_text}"
        self._reason = text
        self.write(self._codec.encode((Message("ERROR", (f"Closing link: {text}",)),)))
        self._is_closed = True
        self._finish(reason)

    @property
    def reason(self) -> str:
        """Why the connection ended, or is about to: the text of the departure."""
        return self._reason

    def pause(self) -> None:
        """Stop reading."""
        self.read_paused = True
        self._pause()

    def resume(self) -> None:
        """Read again."""
        self.read_paused = False
        self._resume()
