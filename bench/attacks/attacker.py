"""The process of the attackers: ``python -m bench.attacks.attacker``.

It prints ``started`` once all are connected, and at the end what they got as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict

from bench.attacks.catalogue import BY_KEY
from bench.attacks.connection import NotEntered
from bench.attacks.field import Field
from bench.attacks.network import current
from bench.attacks.results import Gains
from bench.attacks.wires import WIRES
from bench.processes import raise_file_limit

STARTED = "started"

_NICE = 10
"""Attackers leave the processor to the bystanders, whose delays are measured."""


async def run(
    attack: str, wire: str, port: int, connections: int, seconds: float
) -> Gains:
    """Make one attack."""
    field = Field(
        WIRES[wire],
        current(),
        port,
        connections,
        seconds,
        lambda: print(STARTED, flush=True),
    )
    error = ""
    try:
        await BY_KEY[attack].ways[wire](field)
    except NotEntered as refusal:
        error = str(refusal)
    gains = field.finish()
    gains.error = error
    return gains


def main(arguments: list[str]) -> None:
    """Make the attack that the arguments name."""
    attack, wire, port, connections, seconds = arguments
    raise_file_limit()
    os.nice(_NICE)
    gains = asyncio.run(run(attack, wire, int(port), int(connections), float(seconds)))
    print(json.dumps(asdict(gains)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
