"""Labels: which lines are the answer to which command.

The answer to a labelled command is one line with the label, a batch with the label, or
an ``ACK`` with it (https://ircv3.net/specs/extensions/labeled-response).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

from .batches import Batch, Item
from .message import Message
from .reference import Place, Reference

_KIND = "labeled-response"


def labelled(items: Sequence[Item], reference: Reference) -> list[Item]:
    """A reply to a command that has a label, with the label."""
    if reference.place is not Place.WHOLE:
        return _part(items, reference)
    tags = {"label": reference.label}
    if not items:
        return [Message("ACK", tags=tags)]
    if len(items) > 1:
        return [Batch(_KIND, (), tuple(items), tags)]
    (only,) = items
    return [replace(only, tags={**only.tags, **tags})]


def _part(items: Sequence[Item], reference: Reference) -> list[Item]:
    """One of the replies to a command that has several.

    The batch is open between them; so every line of it says so.
    """
    label, place = reference.label, reference.place
    batch_id = blake2b(label.encode(), digest_size=6).hexdigest()
    tags = {"batch": batch_id}
    lines: list[Item] = []
    if place.begins:
        lines.append(Message("BATCH", (f"+{batch_id}", _KIND), tags={"label": label}))
    lines += (replace(item, tags={**item.tags, **tags}) for item in items)
    if place.ends:
        lines.append(Message("BATCH", (f"-{batch_id}",)))
    return lines
