"""Lua scripts as Redis runs them: the real files, in the interpreter of ``lupa``.

The scripts see what they use of the environment that Redis provides: ``ARGV``,
``redis.call`` and ``cjson``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from lupa import lua51

Call = Callable[..., Any]
"""Runs a command, see ``RedisCommands.call``."""


class LuaScripts:
    """One Lua interpreter, which compiles each script once."""

    def __init__(self) -> None:
        # Without an encoding, texts are bytes on both sides.
        self._lua = lua51.LuaRuntime(encoding=None)
        self._compiled: dict[str, Callable[[], Any]] = {}
        self._call: Call | None = None
        make = self._lua.table_from
        environment = self._lua.globals()
        environment[b"redis"] = make({b"call": self._redis_call})
        # What a null is in Lua, where an element of a table cannot be nil.
        self._null = make({})
        environment[b"cjson"] = make(
            {b"encode": self._encode, b"decode": self._decode, b"null": self._null}
        )

    def run(self, text: str, arguments: tuple[bytes, ...], call: Call) -> Any:
        """Run a script, and return its result as Redis replies it."""
        if text not in self._compiled:
            # The first line is for Redis: its name for Lua, and flags.
            _, _, code = text.partition("\n")
            self._compiled[text] = self._lua.compile(code.encode())
        self._call = call
        self._lua.globals()[b"ARGV"] = self._lua.table_from(arguments)
        return self._reply(self._compiled[text]())

    def _redis_call(self, name: bytes, *arguments: bytes | float) -> Any:
        assert self._call is not None
        return self._to_lua(self._call(name, *map(_to_bytes, arguments)))

    def _to_lua(self, reply: Any) -> Any:
        if reply is None:
            return False
        if isinstance(reply, list):
            return self._lua.table_from([self._to_lua(each) for each in reply])
        return reply

    def _reply(self, result: Any) -> Any:
        if lua51.lua_type(result) == "table":
            return [self._reply(each) for each in result.values()]
        if isinstance(result, bool):
            return 1 if result else None
        return int(result) if isinstance(result, float) else result

    def _encode(self, value: Any) -> bytes:
        rawequal = self._lua.globals()[b"rawequal"]

        def plain(value: Any) -> Any:
            if isinstance(value, bytes):
                return value.decode("utf-8", "surrogatepass")
            if lua51.lua_type(value) != "table":
                # Lua has no integers: a whole number is written as one.
                is_whole = isinstance(value, float) and value.is_integer()
                return int(value) if is_whole else value
            if rawequal(value, self._null):
                return None
            items = {key: plain(each) for key, each in value.items()}
            if items and all(isinstance(key, int) for key in items):
                return [items[key] for key in sorted(items)]
            return {key.decode(): each for key, each in items.items()}

        text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")

    def _decode(self, data: bytes) -> Any:
        def to_lua(value: Any) -> Any:
            match value:
                case None:
                    return self._null
                case str():
                    return value.encode("utf-8", "surrogatepass")
                case list():
                    return self._lua.table_from(list(map(to_lua, value)))
                case dict():
                    return self._lua.table_from(
                        {to_lua(key): to_lua(each) for key, each in value.items()}
                    )
                case _:
                    return value

        return to_lua(json.loads(data.decode("utf-8", "surrogatepass")))


def _to_bytes(argument: bytes | float) -> bytes:
    if isinstance(argument, bytes):
        return argument
    return b"%d" % argument if argument == int(argument) else b"%.17g" % argument
