"""The first frame of a JSON client, which may resume a session, or log in.

A session is a secret, and proxies log URLs; so it is better sent in a frame,
``{"type":"resume","session":S,"since":P}``, than in the query of the URL.

A client is attached once it is known whether it resumes: with its first frame, or when
none comes in time.  So nobody sees a guest that joins only to leave again.  A client
that resumes later than that has been a guest, which leaves then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from twisted_chat.core.joining.join_request import JoinRequest
from twisted_chat.core.replies import Refused, refusal
from twisted_chat.core.runtime import Runtime, ScheduledCall

from .attach import Attachment
from .json import login_in, resume_in

GRACE = 0.1
"""Seconds that a client is waited for whose URL does not say who it is: about a round
trip, and too short to be noticed by people."""

RESUME_TIMEOUT = 10.0
"""Seconds that a client is waited for whose URL says that it will resume."""


class FirstFrame:
    """Attaches one JSON client, and takes its first frame.

    :param request: what it asks for in its URL.
    :param wait: seconds to wait for its first frame.
    :param attach: attaches it.
    """

    __slots__ = ("_attach", "_request", "_timer")

    def __init__(
        self,
        runtime: Runtime,
        request: JoinRequest,
        wait: float,
        attach: Callable[[JoinRequest], object],
    ) -> None:
        self._request = request
        self._attach = attach
        self._timer: ScheduledCall | None = None
        if wait:
            self._timer = runtime.call_later(wait, self._end_wait)
        else:
            attach(request)

    @property
    def is_awaited(self) -> bool:
        """Whether the client is not attached yet."""
        return self._timer is not None

    def take(self, text: str, guest: Attachment | None) -> bool:
        """The first frame was received.

        :param guest: the attachment, unless the frame was awaited.
        :returns: whether it was a frame that resumes or logs in, and so is done with;
            otherwise it is for the attachment, as all that follow.
        """
        self.cancel()
        resume = resume_in(text)
        if resume is None:
            if guest is not None:
                return False
            login = login_in(text)
            if login is None:
                self._attach(self._request)
                return False
            self._attach(
                replace(self._request, credentials=login.credentials, ref=login.ref)
            )
            return True
        if guest is not None and guest.client.session == resume.session:
            text = "this connection has that session already"
            guest.put(refusal(Refused("bad_request", text), resume.ref))
            return True
        if guest is not None:
            guest.hand_over()
        request = replace(
            self._request,
            session=resume.session,
            since=resume.since or self._request.since,
            ref=resume.ref,
        )
        self._attach(request)
        return True

    def cancel(self) -> bool:
        """Wait no longer: the connection is lost, or its first frame is here.

        :returns: whether it was awaited.
        """
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        return timer is not None

    def _end_wait(self) -> None:
        self._timer = None
        self._attach(self._request)
