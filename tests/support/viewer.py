"""A viewer for tests of codecs, which need no client."""

from __future__ import annotations

from typing import NamedTuple


class Viewer(NamedTuple):
    """See ``interfaces.Viewer``."""

    member_id: str
    nick: str


VIEWER = Viewer("viewer-id", "viewer")
