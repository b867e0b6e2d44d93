"""The Lua scripts that run inside Redis, each of them atomically.

``lua/common.lua`` is the beginning of each script and documents the keys;
``lua/members.lua`` follows it.  Invariant: a script is listed here, or it is not run.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

FOLDER = Path(__file__).with_name("lua")


@dataclass(frozen=True, slots=True)
class Script:
    """One script.

    :ivar sha: the digest by which Redis knows it once it is loaded.
    """

    name: str
    text: str
    sha: str


def _load(name: str, flags: str = "", more: tuple[str, ...] = ()) -> Script:
    """Make a script of its file.

    :param flags: of Redis; without ``allow-oom`` Redis refuses to start the script
        when it is out of memory.
    :param more: the names of what this script has besides.
    """
    head = f"#!lua flags={flags}\n" if flags else "#!lua\n"
    parts = ("common", "members", *more, name)
    text = head + "".join((FOLDER / f"{part}.lua").read_text("utf-8") for part in parts)
    # Not for security: Redis itself names scripts by this digest.
    sha = sha1(text.encode(), usedforsecurity=False).hexdigest()
    return Script(name, text, sha)


APPEND = _load("append", more=("corrections", "rechecks"))
ERASE = _load("erase", more=("corrections",))
CLAIM_NAMES = _load("claim_names")
WRITE_VALUES = _load("write_values")
# Recovery must work when there is no memory left for messages.
RESOLVE_BATCH = _load("resolve_batch", "allow-oom")
REGISTER_SERVER = _load("register_server", "allow-oom")
HEARTBEAT = _load("heartbeat", "allow-oom")
UNREGISTER_SERVER = _load("unregister_server", "allow-oom")
RELEASE_NAMES = _load("release_names", "allow-oom")
ATTEMPTS = _load("attempts", "allow-oom")
TRIM = _load("trim", "allow-oom")
TRIM_TOPICS = _load("trim_topics", "allow-oom")
PRESENCE = _load("presence", "no-writes")
SINCE = _load("since", "no-writes")
MEASURE = _load("measure", "no-writes")
COUNT = _load("count", "no-writes")
PAGE = _load("page", "no-writes")
READ_VALUES = _load("read_values", "no-writes")

SCRIPTS = (
    APPEND,
    ATTEMPTS,
    ERASE,
    CLAIM_NAMES,
    RESOLVE_BATCH,
    REGISTER_SERVER,
    HEARTBEAT,
    UNREGISTER_SERVER,
    RELEASE_NAMES,
    PRESENCE,
    SINCE,
    TRIM,
    TRIM_TOPICS,
    MEASURE,
    COUNT,
    PAGE,
    READ_VALUES,
    WRITE_VALUES,
)
