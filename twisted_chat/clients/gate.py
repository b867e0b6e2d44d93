"""The gate: connections that have not given the password of the server.

A gate stands in for the attachment until the password was right; then the client is
attached.  Invariant: until then nothing of the chat is shown, and nothing is kept but
the connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Identity
from twisted_chat.core.joining.entrance import ENTER_TIMEOUT, MAX_TRIES, Entrance
from twisted_chat.core.replies import (
    Done,
    ErrorReply,
    Prompt,
    Refused,
    Reply,
    Request,
)

from .json import entry_in

PROMPT = Prompt("password: ")

TOO_LATE = "no password was given"

NEEDED = Refused("password_required", "the password of the server is needed first")


class _Nobody:
    """The viewer of what is shown to a client that is not attached."""

    id = member_id = nick = ""


NOBODY = _Nobody()


class Attached(Protocol):
    """What an adapter passes what it receives to: an attachment, or a gate."""

    def receive(self, unit: str | bytes, /) -> None:
        """What the client has sent."""

    def put(self, request: Request, /) -> None:
        """A request of the adapter's own."""

    def end(self, error: str = "", /) -> None:
        """The connection is gone."""

    def hand_over(self) -> None:
        """The connection is another client's from now on."""


class Gate:
    """One connection that has not given the password.

    :param identity: whose connection it is.
    :param show: shows the client a reply, with a ``ref`` or ``None``.
    :param close: closes the connection, with a reason.
    :param enter: attaches the client; called once.
    """

    __slots__ = (
        "_close",
        "_enter",
        "_entrance",
        "_identity",
        "_show",
        "_timer",
        "_tries",
    )

    def __init__(
        self,
        chat: Chat,
        entrance: Entrance,
        identity: Identity,
        show: Callable[[Reply, str | None], object],
        close: Callable[[str], object],
        enter: Callable[[], object],
    ) -> None:
        self._entrance = entrance
        self._identity = identity
        self._show = show
        self._close = close
        self._enter = enter
        self._tries = 0
        self._timer = chat.runtime.call_later(ENTER_TIMEOUT, self._too_late)

    def try_password(self, password: str, ref: str | None = None) -> bool:
        """Whether the client has entered with this; it is told if it has not."""
        try:
            self._entrance.check(password, self._identity)
        except Refused as refused:
            self.refuse(refused, ref)
            return False
        self._timer.cancel()
        self._enter()
        return True

    def refuse(self, refused: Refused, ref: str | None = None) -> None:
        """Tell the client why it has not entered; close the connection at last."""
        self._tries += 1
        self._show(ErrorReply.of(refused), ref)
        if self.is_over:
            self._close(refused.text)

    @property
    def is_over(self) -> bool:
        """Whether it has no further try."""
        return self._tries >= MAX_TRIES

    def end_session(self, _reason: str, /) -> None:
        """The same, for a session."""
        self.end()

    def end(self, _error: str = "", /) -> None:
        """The connection is gone."""
        if not self.is_over:
            self._timer.cancel()
        self._tries = MAX_TRIES

    def hand_over(self) -> None:
        """The connection is another client's from now on."""
        self.end()

    def _too_late(self) -> None:
        self._tries = MAX_TRIES
        self._close(TOO_LATE)


class LineGate(Gate):
    """The gate of a client that types lines, which is asked for the password.

    :param hide: hides what is typed, or shows it again, where that is possible.
    :param attached: what receives what follows the password.
    """

    __slots__ = ("_attached", "_hide")

    def __init__(
        self,
        chat: Chat,
        entrance: Entrance,
        identity: Identity,
        show: Callable[[Reply, str | None], object],
        close: Callable[[str], object],
        enter: Callable[[], object],
        *,
        hide: Callable[[bool], object],
    ) -> None:
        super().__init__(chat, entrance, identity, show, close, enter)
        self._hide = hide
        self._ask()

    def receive(self, unit: str | bytes, /) -> None:
        """A line, which is the password, or is not."""
        if self.is_over:
            return
        text = unit.decode("utf-8", "replace") if isinstance(unit, bytes) else unit
        self._hide(False)
        if not self.try_password(text.strip()) and not self.is_over:
            self._ask()

    def put(self, request: Request, /) -> None:
        """The end of the input, or a line that is too long."""
        if self.is_over:
            return
        if request.refusal is not None:
            self.refuse(request.refusal)
        else:
            self._timer.cancel()
            self._tries = MAX_TRIES
            self._close("quit")

    def _ask(self) -> None:
        self._hide(True)
        self._show(PROMPT, None)


class JsonGate(Gate):
    """The gate of a client that sends objects: the first is ``enter``."""

    __slots__ = ()

    def receive(self, unit: str | bytes, /) -> None:
        """A frame, which has the password, or is refused."""
        if self.is_over:
            return
        password, ref = entry_in(unit if isinstance(unit, str) else unit.decode())
        if password is None:
            self.refuse(NEEDED, ref)
        elif self.try_password(password, ref):
            self._show(Done(), ref)

    def put(self, _request: Request, /) -> None:
        """No adapter of objects has requests of its own."""
