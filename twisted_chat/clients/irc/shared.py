"""What all IRC clients of a chat share: the server, the codecs, the commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from twisted_chat.core.accounts.accounts import Peer
from twisted_chat.core.accounts.policy import Mode
from twisted_chat.core.chat import Chat
from twisted_chat.core.client import Client, Identity
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import NOTHING, Request, refusal
from twisted_chat.net.encryption import is_encrypted
from twisted_chat.net.tls import Certificate

from .capabilities import offer
from .codec import Codecs
from .command_table import standard_commands
from .commands import install
from .commands_messages import can_be_relayed
from .decoding import requests
from .errors import line_too_long, refused_line
from .message import MessageError, parse
from .profile import profile_of
from .reference import Reference
from .sasl import Authenticator
from .server import IrcServer

SURELY_RELAYED = 300
"""Bytes of a line that is short enough whatever its source is."""


class IrcShared:
    """What all IRC clients of a chat share.

    :param rate_limit: how fast one client may send; ``None`` for no limit.
    :param certificate: that of the server; its authority certifies clients.
    """

    def __init__(
        self,
        chat: Chat,
        rate_limit: RateLimit | None,
        server: IrcServer | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        self.chat = chat
        self.server = server or IrcServer(chat)
        self.codecs = Codecs(self.server)
        self.commands = standard_commands()
        install(self.commands, chat.table)
        self.rate_limit = rate_limit
        self._certificate = certificate
        self._offered: dict[tuple[str, ...], Mapping[str, str]] = {}

    def offered(self, mechanisms: tuple[str, ...]) -> Mapping[str, str]:
        """The capabilities that a client is offered which may use these mechanisms."""
        known = self._offered.get(mechanisms)
        if known is None:
            registration = self.chat.accounts.policy.mode is not Mode.CLOSED
            known = self._offered[mechanisms] = offer(
                mechanisms, registration=registration
            )
        return known

    def authenticator(self, identity: Identity, transport: object) -> Authenticator:
        """What a connection needs to authenticate.

        :param transport: that of its protocol.
        """
        authority = self._certificate.authority if self._certificate else None
        names = None
        if authority is not None and is_encrypted(transport):
            names = partial(authority.names, transport)
        network = identity.network
        peer = Peer(object() if network is None else network)
        return Authenticator(self.chat.accounts, peer, identity.secure, names)

    def requests(self, line: bytes, client: Client) -> Iterable[Request]:
        """The requests in a line of a client."""
        try:
            message = parse(line)
        except MessageError as error:
            refused = refused_line(error)
            if refused is None:
                return (NOTHING,)
            reason, reference = refused
            return (refusal(reason, str(reference)),)
        if len(line) > SURELY_RELAYED:
            source = self.server.source(client.member)
            if not can_be_relayed(message, source):
                reference = Reference(
                    message.command, label=message.tags.get("label", "")
                )
                return (refusal(line_too_long(), str(reference)),)
        profile = profile_of(client)
        if profile is None:
            return self.commands.requests(message)
        return requests(self.commands, profile, message)
