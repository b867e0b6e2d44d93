"""The scripts that run inside Redis: what they do is done whole or not at all.

They stand in ``lua/``; ``lua/common.lua`` says which keys there are.  Rules of this
file: a script is named here or it is not run.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

FOLDER = Path(__file__).with_name("lua")


@dataclass(frozen=True, slots=True)
class Script:
    """One script.

    :ivar sha: by this Redis knows it once it was loaded.
    """

    name: str
    text: str
    sha: str


def _script(name: str, flags: str = "") -> Script:
    """Make a script of its file.

    :param flags: of Redis; without ``allow-oom`` it is refused before its first
        step when Redis is out of memory.
    """
    head = f"#!lua flags={flags}\n" if flags else "#!lua\n"
    common, own = (
        (FOLDER / f"{part}.lua").read_text("utf-8") for part in ("common", name)
    )
    text = head + common + own
    # Not for security: it is the name that Redis itself gives to a script.
    sha = sha1(text.encode(), usedforsecurity=False).hexdigest()
    return Script(name, text, sha)


APPEND = _script("append")
CLAIM = _script("claim")
# What sets things right must work when there is no memory left for messages.
FENCE = _script("fence", "allow-oom")
ENTER = _script("enter", "allow-oom")
BEAT = _script("beat", "allow-oom")
LEAVE = _script("leave", "allow-oom")
RELEASE = _script("release", "allow-oom")
PEOPLE = _script("people", "no-writes")
SINCE = _script("since", "no-writes")

SCRIPTS = (APPEND, CLAIM, FENCE, ENTER, BEAT, LEAVE, RELEASE, PEOPLE, SINCE)
