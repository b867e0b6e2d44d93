"""The command table: backslash routes, their arguments and guards.

A route is declared with its usage, from which its arguments are parsed: ``NAME TEXT``
is two required arguments, ``[ROOM]`` is an optional one, ``[before WHEN]`` are two, and
one of the names in ``_REST`` takes the rest of the line.
Guards are functions that raise ``Refused``; a handler relies on its usage and guards.
``\\help`` is made from the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .replies import Refused, RouteInfo
from .texts.sanitize import echoed
from .texts.texts import check_line

H = TypeVar("H", bound=Callable[..., object])

Guard = Callable[[Any], None]
"""Called with the route's ``CommandContext`` before its handler.

Raises ``Refused`` if the route may not be used."""

# Of a duration or ``off``, it is the handler that says what is wrong with the rest.
_REST = ("TEXT", "WORDS", "WHEN", "SETTING", "PASSWORD", "DURATION", "off")


_ONE_WORD = {
    "NAME": "a nickname has no spaces",
    "ROOM": "a room name has no spaces",
    "KEY": "a key has no spaces",
    "N": "only a number can follow",
    "WORD": "only one word can follow",
}
"""What is wrong if something follows the last argument, by its name."""


@dataclass(frozen=True, slots=True)
class Command(Generic[H]):
    """One route.

    :ivar usage: its arguments, as ``\\help`` shows them.
    :ivar summary: what it does, in a few words.
    :ivar guards: called in this order before the handler.
    :ivar internal: only for adapters; nobody can type it and no help lists it.
    :ivar in_turn: its handler is costly, and called when it is the client's turn.
    :ivar parts: what its argument may begin with, as a table of its own.
    """

    name: str
    usage: str
    summary: str
    handler: H
    aliases: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    internal: bool = False
    in_turn: bool = False
    parts: CommandTable[H] | None = field(default=None, compare=False)

    @property
    def synopsis(self) -> str:
        """How it is typed: ``\\dm NAME TEXT``."""
        return f"\\{self.name} {self.usage}".rstrip()

    def arguments(self, text: str, after: str = "") -> tuple[str, ...]:
        """Parse what follows the route.

        :param after: the route whose part this is, see ``parts``.
        :returns: one string for each argument, empty for an optional one left out.
        :raises Refused: ``usage``, if there are too few or too many; ``too_long``.
        """
        wanted = self.usage.split()
        names = [name.strip("[]") for name in wanted]
        if names[-1:] != ["TEXT"]:
            # A text has a limit of its own, that of a message or another one.
            check_line(text)
        takes_rest = bool(names) and names[-1] in _REST
        given = text.split(None, len(wanted) - 1) if takes_rest else text.split()
        needed = sum(not ("[" in name or "]" in name) for name in wanted)
        if len(given) < needed:
            raise self.misused(f"{names[len(given)]} is missing", after)
        if len(given) > len(wanted):
            last = names[-1] if names else ""
            one_word = _ONE_WORD.get(last, f"{last} is one word")
            raise self.misused(one_word if last else "nothing can follow", after)
        if takes_rest and len(given) == len(wanted):
            given[-1] = given[-1].rstrip()
        return (*given, *[""] * (len(wanted) - len(given)))

    def misused(self, why: str, after: str = "") -> Refused:
        """The refusal of arguments that the route does not have.

        :param why: what is wrong with them.
        :param after: see ``arguments``.
        """
        typed = f"\\{after} {self.synopsis[1:]}" if after else self.synopsis
        return Refused("usage", why, f"(usage: {typed})")


@dataclass(slots=True)
class CommandTable(Generic[H]):
    """All routes, by name and alias."""

    _commands: dict[str, Command[H]] = field(default_factory=dict)
    _listing: tuple[RouteInfo, ...] | None = field(default=None, init=False)

    def route(
        self,
        name: str,
        usage: str = "",
        summary: str = "",
        *,
        aliases: tuple[str, ...] = (),
        guards: tuple[Guard, ...] = (),
        internal: bool = False,
        in_turn: bool = False,
        parts: CommandTable[H] | None = None,
    ) -> Callable[[H], H]:
        """Declare the decorated function as the handler of a route.

        :param name: in lower case, as are the aliases; any case may be typed.
        :raises ValueError: the name or an alias is declared already.
        """

        def declare(handler: H) -> H:
            self.add(
                Command(
                    name,
                    usage,
                    summary,
                    handler,
                    aliases,
                    guards,
                    internal,
                    in_turn,
                    parts,
                )
            )
            return handler

        return declare

    def add(self, command: Command[H]) -> None:
        """Add a route that is declared elsewhere.

        :raises ValueError: its name or an alias is declared already.
        """
        for word in (command.name, *command.aliases):
            if word in self._commands:
                raise ValueError(f"the route \\{word} is declared already")
            self._commands[word] = command
        self._listing = None

    def copy(self) -> CommandTable[H]:
        """A table of the same routes, to add others to."""
        return CommandTable(dict(self._commands))

    def __contains__(self, name: object) -> bool:
        """Whether it is the name or an alias of a route that can be typed."""
        command = self._commands.get(name.lower()) if isinstance(name, str) else None
        return command is not None and not command.internal

    def __iter__(self) -> Iterator[Command[H]]:
        """Each route once, in the order of declaration."""
        return iter(dict.fromkeys(self._commands.values()))

    def listing(self) -> tuple[RouteInfo, ...]:
        """The routes that can be typed: the same tuple until another one is added."""
        if self._listing is None:
            self._listing = tuple(
                RouteInfo(one.name, one.usage, one.summary, one.aliases)
                for one in self
                if not one.internal
            )
        return self._listing

    def find(self, name: str, *, internal: bool = False) -> Command[H]:
        """The route of that name or alias, in any case.

        :param internal: find only routes for adapters, which cannot be typed; else only
            those that can.

        :raises Refused: ``no_such_command``.
        """
        command = self._commands.get(name.lower())
        if command is None or command.internal != internal:
            raise _unknown(name)
        return command

    def help(self, name: str = "") -> tuple[str, ...]:
        """The lines of ``\\help`` for all routes, or for one.

        :raises Refused: ``no_such_command``.
        """
        if name:
            command = self.find(name.lstrip("\\/"))
            lines = [f"{command.synopsis} - {command.summary}"]
            if command.aliases:
                lines.append("also: " + ", ".join("\\" + a for a in command.aliases))
            if command.parts is not None:
                lines += (
                    f"\\{command.name} {line[1:]}" for line in command.parts.help()
                )
            return tuple(lines)
        commands = [command for command in self if not command.internal]
        width = max((len(command.synopsis) for command in commands), default=0)
        return tuple(f"{c.synopsis:<{width}}  {c.summary}" for c in commands)


def _unknown(name: str) -> Refused:
    text = f"no such command: \\{echoed(name)}"
    return Refused("no_such_command", text, "(try \\help)")
