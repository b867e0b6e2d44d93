"""The dispatch table: backslash routes and what each of them needs.

A route is declared with its usage, and the usage is its guard: ``NAME TEXT``
is two arguments that must be there, ``[ROOM]`` is one that may be left out,
and one called ``TEXT`` or ``WORDS`` takes the rest of the line.  Handlers
assume that the guard has held; ``\\help`` is made from the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .replies import Refused
from .sanitize import clean

H = TypeVar("H", bound=Callable[..., object])

_REST = ("TEXT", "WORDS")


@dataclass(frozen=True, slots=True)
class Command(Generic[H]):
    """One route.

    :ivar usage: its arguments, as ``\\help`` shows them.
    :ivar summary: what it does, in a few words; one without is not in the help.
    :ivar in_room: the guard that one must be in a room to use it.
    """

    name: str
    usage: str
    summary: str
    handler: H
    aliases: tuple[str, ...] = ()
    in_room: bool = False

    @property
    def synopsis(self) -> str:
        """How it is typed: ``\\dm NAME TEXT``."""
        return f"\\{self.name} {self.usage}".rstrip()

    def arguments(self, text: str) -> tuple[str, ...]:
        """Split what follows the route as its usage says.

        :returns: one string for each argument, empty for one left out.
        :raises Refused: ``usage``, if one is missing or there are too many.
        """
        wanted = self.usage.split()
        names = [name.strip("[]") for name in wanted]
        takes_rest = bool(names) and names[-1] in _REST
        given = text.split(None, len(wanted) - 1) if takes_rest else text.split()
        needed = sum(not name.startswith("[") for name in wanted)
        if not needed <= len(given) <= len(wanted):
            raise Refused("usage", f"usage: {self.synopsis}")
        if takes_rest and len(given) == len(wanted):
            given[-1] = given[-1].rstrip()
        return (*given, *[""] * (len(wanted) - len(given)))


@dataclass(slots=True)
class CommandTable(Generic[H]):
    """All routes, by name and alias."""

    _commands: dict[str, Command[H]] = field(default_factory=dict)

    def route(
        self,
        name: str,
        usage: str = "",
        summary: str = "",
        *,
        aliases: tuple[str, ...] = (),
        in_room: bool = False,
    ) -> Callable[[H], H]:
        """Declare the decorated function as the handler of a route.

        :raises ValueError: the name or an alias is taken, which is a mistake
            in the program and not a client's.
        """

        def declare(handler: H) -> H:
            command = Command(name, usage, summary, handler, aliases, in_room)
            for word in (name, *aliases):
                if word in self._commands:
                    raise ValueError(f"there is a route \\{word} already")
                self._commands[word] = command
            return handler

        return declare

    def copy(self) -> CommandTable[H]:
        """A table of the same routes, to which others can be added."""
        return CommandTable(dict(self._commands))

    def __contains__(self, name: object) -> bool:
        """Whether people are told of such a route."""
        command = self._commands.get(name.lower()) if isinstance(name, str) else None
        return command is not None and bool(command.summary)

    def __iter__(self) -> Iterator[Command[H]]:
        """Each route once, in the order of declaration."""
        return iter(dict.fromkeys(self._commands.values()))

    def find(self, name: str) -> Command[H]:
        """The route of that name or alias, in any case.

        :raises Refused: ``no_such_command``.
        """
        command = self._commands.get(name.lower())
        if command is None:
            raise _unknown(name)
        return command

    def help(self, name: str = "") -> tuple[str, ...]:
        """What ``\\help`` says of all routes, or of one.

        :raises Refused: ``no_such_command``.
        """
        if name:
            name = name.lstrip("\\/")
            if name not in self:
                raise _unknown(name)
            command = self.find(name)
            lines = [f"{command.synopsis} - {command.summary}"]
            if command.aliases:
                lines.append("also: " + ", ".join("\\" + a for a in command.aliases))
            return tuple(lines)
        commands = [command for command in self if command.summary]
        width = max((len(command.synopsis) for command in commands), default=0)
        return tuple(f"{c.synopsis:<{width}}  {c.summary}" for c in commands)


def _unknown(name: str) -> Refused:
    name = clean(name).strip()
    return Refused("no_such_command", f"no such command: \\{name} (try \\help)")
