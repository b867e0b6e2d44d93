"""The process of hostile clients: ``python -m bench.hostile.attacker KIND PORT``.

It prints a line once all are connected.  When its standard input ends, it prints how
they ended until then, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict

from bench.attacks.field import Field
from bench.attacks.network import current
from bench.attacks.wires import WIRES
from bench.hostile.kinds import BY_KEY
from bench.processes import raise_file_limit

_NICE = 19
"""The people, whose delays are measured, are on the same core."""


_FOR_EVER = 3600.0


async def run(key: str, port: int) -> str:
    """Be hostile until the end of the input; returns the line of JSON."""
    kind = BY_KEY[key]
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), over.set)
    field = Field(
        WIRES[kind.wire],
        current(),
        port,
        kind.connections,
        _FOR_EVER,
        lambda: print("started", flush=True),
    )
    attack = asyncio.ensure_future(kind.attack(field))
    await over.wait()
    attack.cancel()
    with suppress(asyncio.CancelledError):
        await attack
    return json.dumps(asdict(field.finish()))


if __name__ == "__main__":
    raise_file_limit()
    os.nice(_NICE)
    print(asyncio.run(run(sys.argv[1], int(sys.argv[2]))))
