"""The table of IRC commands: their least parameters, their guards, what they become.

A command becomes requests of the core, by a function that decodes it, or it has a
handler of its own: then it is an internal route of the core, called ``irc NAME``, whose
guards, order and rate limit are those of all routes.  Either way its reply has the
``ref`` that ``reference`` describes.

Each file ``commands_*`` has a table; ``command_table`` joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from twisted_chat.core.chat import Handler
from twisted_chat.core.commands import Command, CommandTable, Guard
from twisted_chat.core.replies import Native, Refused, Request, refusal

from .batches import Item
from .message import Message
from .reference import Reference

Decoder = Callable[[Message, Reference], Iterable[Request]]
"""Makes the requests of a command that has enough parameters.

It may raise ``Refused``."""

PREFIX = "irc "
"""What the name of a route begins with that is an IRC command."""

UNKNOWN = "unknown_command"
TOO_FEW = "too_few_parameters"
"""Codes of refusals, see ``errors``."""


@dataclass(frozen=True, slots=True)
class IrcCommand:
    """One command.

    :ivar name: in upper case.
    :ivar least: how many parameters it needs.
    :ivar decode: makes its requests.
    :ivar route: its handler, if it has one.
    """

    name: str
    least: int
    decode: Decoder
    route: Command[Handler] | None = None


@dataclass(slots=True)
class IrcTable:
    """Commands, by name."""

    _commands: dict[str, IrcCommand] = field(default_factory=dict)

    def __iter__(self) -> Iterator[IrcCommand]:
        """Each command, in the order of declaration."""
        return iter(self._commands.values())

    def __contains__(self, name: object) -> bool:
        """Whether there is a command of that name."""
        return name in self._commands

    def add(self, command: IrcCommand) -> None:
        """Add a command.

        :raises ValueError: its name is declared already.
        """
        if command.name in self._commands:
            raise ValueError(f"the command {command.name} is declared already")
        self._commands[command.name] = command

    def decoder(self, name: str, least: int = 0) -> Callable[[Decoder], Decoder]:
        """Declare the decorated function as what makes the requests of a command."""

        def declare(decode: Decoder) -> Decoder:
            self.add(IrcCommand(name, least, decode))
            return decode

        return declare

    def handler(
        self,
        name: str,
        least: int = 0,
        *,
        guards: tuple[Guard, ...] = (),
        in_turn: bool = False,
        decode: Decoder | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declare the decorated function as the handler of a command.

        Its context has the parameters as ``words``.

        :param guards: called in this order before it.
        :param in_turn: it is costly, and called when it is the client's turn.
        :param decode: makes the requests, see ``request_of``; by default one, with all
            the parameters.
        """

        def declare(handler: Handler) -> Handler:
            route = Command(
                PREFIX + name.lower(),
                "",
                "",
                handler,
                guards=guards,
                internal=True,
                in_turn=in_turn,
            )
            self.add(IrcCommand(name, least, decode or _one_request, route))
            return handler

        return declare

    def routes(self) -> Iterator[Command[Handler]]:
        """The routes of the commands that have a handler, for the core's table."""
        for command in self:
            if command.route is not None:
                yield command.route

    def requests(self, message: Message) -> tuple[Request, ...]:
        """The requests of a message; a refusal, if it cannot be one."""
        name = message.command
        target = message.params[0] if message.params else ""
        reference = Reference(name, target, message.tags.get("label", ""))
        command = self._commands.get(name)
        if command is None:
            unknown = Refused(UNKNOWN, f"no such command: {name}")
            return (refusal(unknown, str(reference)),)
        if len(message.params) < command.least:
            too_few = Refused(TOO_FEW, f"{name} needs more parameters")
            return (refusal(too_few, str(reference)),)
        try:
            return tuple(command.decode(message, reference))
        except Refused as refused:
            return (refusal(refused, str(reference)),)


def request_of(reference: Reference, *words: str, raw: str | None = None) -> Request:
    """The request of a command that has a handler.

    :param words: what its context has as ``words``.
    :param raw: see ``raw``.
    """
    route, ref = PREFIX + reference.command.lower(), str(reference)
    return Request(route, "", ref=ref, raw=raw, internal=True, words=words)


def lines(*messages: Item) -> Native:
    """A reply of these lines.

    The codec adds the server as the source of those that have none, and the nickname
    of the client to numerics.
    """
    return Native(messages)


def install(table: IrcTable, routes: CommandTable[Handler]) -> None:
    """Add the handlers of a table to the routes of a chat."""
    for route in table.routes():
        routes.add(route)


def _one_request(message: Message, reference: Reference) -> Iterable[Request]:
    return (request_of(reference, *message.params),)
