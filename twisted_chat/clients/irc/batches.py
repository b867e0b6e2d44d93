"""Batches: lines that belong together (https://ircv3.net/specs/extensions/batch)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from .message import Message


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines, and batches, that are one to a client which knows batches.

    :ivar kind: its type, such as ``chathistory``.
    :ivar tags: of the line that begins it.
    """

    kind: str
    params: tuple[str, ...]
    items: tuple[Item, ...]
    tags: dict[str, str] = field(default_factory=dict)


Item = Message | Batch


def without_batches(items: Iterable[Item]) -> Iterator[Message]:
    """The lines alone."""
    for item in items:
        if isinstance(item, Batch):
            yield from without_batches(item.items)
        else:
            yield item


def with_batches(
    items: Iterable[Item], new_id: Callable[[], str], parent: str = ""
) -> Iterator[Message]:
    """The lines, and those that begin and end the batches.

    :param new_id: returns an id that no other open batch has.
    :param parent: the id of the batch that all of this is in.
    """
    tags = {"batch": parent} if parent else {}
    for item in items:
        if isinstance(item, Message):
            yield replace(item, tags={**item.tags, **tags}) if tags else item
            continue
        batch_id = new_id()
        begins = (f"+{batch_id}", item.kind, *item.params)
        yield Message("BATCH", begins, tags={**item.tags, **tags})
        yield from with_batches(item.items, new_id, batch_id)
        yield Message("BATCH", (f"-{batch_id}",), tags=tags)
