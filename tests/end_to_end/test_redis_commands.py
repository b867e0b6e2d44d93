"""The commands and scripts of the unit tests' Redis, compared with a real Redis.

Invariant: ``tests/support/redis_commands.py`` replies as Redis does to all commands
that the journal and its scripts use, or unit tests would prove nothing.
"""

from __future__ import annotations

import socket
from typing import Any

import hiredis
from twisted.trial.unittest import SynchronousTestCase

from tests.end_to_end.redis_server import RedisServer
from tests.end_to_end.shared import shared
from tests.end_to_end.waiting import TIMEOUT
from tests.support.redis_commands import RedisCommands, ReplyError
from tests.support.redis_scripts import LuaScripts

COMMANDS = """
EXISTS h | HSET h a 1 b 2 | HSET h a 3 | HSETNX h a 4 | HSETNX h c 5 | HGET h a
HGET h z | HGET nothing z | HMGET h a z c | HMGET nothing a | HEXISTS h a
HEXISTS nothing a | HDEL h a z | HKEYS h | HGETALL h | HGETALL nothing | HKEYS nothing
HDEL h b c | EXISTS h | EXISTS h nothing | DEL h nothing | SET s v EX 100 | GET s
SET s w PX 100000 | GET s | GET nothing | EXPIRE s 50 | EXPIRE nothing 50 | DEL s
ZADD z 2 b | ZADD z 1 a | ZADD z 3 a | ZADD z 2 c | ZCARD z | ZCARD nothing
ZADD z NX 9 a | ZADD z XX 1 b | ZADD z NX 4 d | ZADD z XX 5 e | ZRANGE z 0 1
ZRANGEBYSCORE z -inf (3 LIMIT 0 2 | ZSCAN z 0 COUNT 9 | ZREM z a | ZREM z nobody
ZREM nothing a | ZRANGE nothing 0 5 | ZREM z b | ZREM z c | ZREM z d | EXISTS z
XADD x MAXLEN 3 5-1 e one | XADD x MAXLEN 3 5-2 e two | XADD x MAXLEN 3 6-3 e three
XADD x MAXLEN 3 6-3 e same | XADD x MAXLEN 3 7-4 e four | XINFO STREAM x
XRANGE x - + COUNT 2 | XRANGE x (5-2 + COUNT 9 | XRANGE x 6-3 6-3 COUNT 1
XRANGE x 6 + COUNT 9 | XREVRANGE x + - COUNT 2 | XREVRANGE x (6-3 - COUNT 9
XREVRANGE nothing + - COUNT 9 | XREVRANGE x (0-0 - COUNT 1
XADD x MAXLEN 0 8-5 e five | XINFO STREAM x | EXISTS x
XADD w 1-1 e one | XADD w 2-1 e two | XLEN w | XTRIM w MINID = 2-1 | XLEN w
XLEN nothing | XADD y MINID 5 5-1 e one | XADD y MINID 6 6-2 e two | XINFO STREAM y
NOSUCH command
"""
"""All kinds of commands that are used, one after the other."""

SCRIPT = """#!lua
local call = redis.call
call('HSET', 'h', 'n', 5, 'f', 1.5, 'big', 1700000000123)
local found = cjson.decode('{"nick":"\u00e4","rooms":""}')
return {
  call('HGET', 'h', 'n'), call('HGET', 'h', 'f'), call('HGET', 'h', 'big'),
  call('HGET', 'h', 'z') == false, found.nick, found.rooms == '',
  cjson.encode({'Gone', 'k', found.nick}), #call('HGETALL', 'h'), 2.9, ARGV[2], 'end',
}
"""
"""How values pass between Lua, commands and JSON."""


class RedisCommandsTests(SynchronousTestCase):
    """A real Redis and the one in memory."""

    def setUp(self) -> None:
        redis = shared("redis", lambda: RedisServer("databases 64").start())
        redis.call("FLUSHALL")
        self.socket = socket.create_connection(("127.0.0.1", redis.port), TIMEOUT)
        self.addCleanup(self.socket.close)
        self.reader = hiredis.Reader()
        self.commands = RedisCommands(lambda: 1000.0)

    def real(self, *command: bytes) -> Any:
        """The reply of the real Redis; an error as its first word."""
        parts = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in command)
        self.socket.sendall(b"*%d\r\n%s" % (len(command), parts))
        while (reply := self.reader.gets()) is False:
            self.reader.feed(self.socket.recv(65536))
        return str(reply).split()[0] if isinstance(reply, hiredis.ReplyError) else reply

    def fake(self, *command: bytes) -> Any:
        """The reply of the one in memory."""
        try:
            return self.commands.call(*command)
        except ReplyError as error:
            return str(error).split()[0]

    def test_commands_reply_as_in_a_real_redis(self) -> None:
        """Each with what the earlier ones have stored."""
        for line in COMMANDS.replace("\n", "|").split("|"):
            command = line.encode().split()
            if not command:
                continue
            real, fake = self.real(*command), self.fake(*command)
            if command[0] == b"XINFO":
                # Of all that Redis replies, what is used.
                fields = dict(zip(real[::2], real[1::2], strict=True))
                real = [part for key in fake[::2] for part in (key, fields[key])]
            self.assertEqual(fake, real, line)

    def test_scripts_return_as_in_a_real_redis(self) -> None:
        """Numbers, booleans, nulls and texts are converted in the same way."""
        fake = LuaScripts().run(SCRIPT, (b"a", b"\xed\xa0\xbd"), self.commands.call)
        real = self.real(b"EVAL", SCRIPT.encode(), b"0", b"a", b"\xed\xa0\xbd")
        self.assertEqual(fake, real)
