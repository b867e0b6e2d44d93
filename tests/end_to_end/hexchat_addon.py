"""Runs within HexChat, as one of its add-ons: does what the test writes to a file.

Each line is the name of a conversation and a command without its slash.  What the
server sends is written to another file.
"""

from __future__ import annotations

from pathlib import Path

import hexchat

__module_name__ = "drive"
__module_version__ = "1"
__module_description__ = "does what the test writes to a file"

INTERVAL = 100
"""Milliseconds between two looks at the file."""

DIRECTORY = Path(hexchat.get_info("configdir"))


def look(done: int) -> int:
    """Do what was written since the last look, and look again later.

    :param done: how many bytes were read.
    """
    told = (DIRECTORY / "told").read_bytes()
    # A timer that is kept runs only once in HexChat 2.16.1 of Debian 12.
    hexchat.hook_timer(INTERVAL, look, len(told))
    for line in told[done:].decode().splitlines():
        name, _, command = line.partition(" ")
        context = hexchat.find_context(channel=name) or hexchat.get_context()
        context.command(command)
    return 0


def received(_words: list[str], rests: list[str], _data: object) -> object:
    """Write a line of the server down."""
    with (DIRECTORY / "received").open("a", encoding="utf-8") as file:
        file.write(f"{rests[0]}\n")
    return hexchat.EAT_NONE


hexchat.hook_timer(INTERVAL, look, 0)
hexchat.hook_server("RAW LINE", received)
