"""What a chat of a given size needs: ``python -m bench.capacity``.

A model, not a measurement: it takes the measured costs (``bench.scaling``,
``bench``) and says how many servers, shards of Redis and how much bandwidth so many
people need, and which of its assumptions breaks first.  ``docs/scaling.md`` tells
how it is meant.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured on one machine; see ``docs/scaling.md``.

    :ivar delivery_us: CPU of a server to show one message to one client.
    :ivar message_us: CPU of a server to take part in one message, whoever hears it.
    :ivar append_us: CPU of Redis to store one message, in batches.
    :ivar read_us: CPU of Redis to hand one message to one server.
    :ivar idle_us: CPU of Redis in a second for each server that is there.
    :ivar client_kib: memory of a server for one client.
    :ivar kept_bytes: memory of Redis for one message that is kept.
    """

    delivery_us: float = 10.0
    message_us: float = 250.0
    append_us: float = 108.0
    read_us: float = 13.0
    idle_us: float = 240.0
    client_kib: float = 10.0
    kept_bytes: float = 150.0


@dataclass(frozen=True, slots=True)
class Use:
    """How people use it.

    :ivar room: people in a room, on average.
    :ivar each: messages that one person says in an hour.
    :ivar bytes: of a message on the wire, frames and headers included.
    :ivar busy: part of a core that is planned to be used; the rest is for peaks.
    :ivar clients: connections of one server at most.
    :ivar kept: messages kept of each room.
    """

    room: int = 50
    each: float = 6.0
    bytes: int = 160
    busy: float = 0.5
    clients: int = 10_000
    kept: int = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What that needs.

    :ivar servers: processes, each on a core of its own.
    :ivar shards: Redis masters, each on a core of its own.
    :ivar breaks: the assumption that breaks first, in words.
    """

    people: int
    messages: float
    deliveries: float
    servers: int
    shards: int
    in_gbit: float
    out_gbit: float
    redis_gib: float
    breaks: str


def plan(people: int, use: Use | None = None, costs: Costs | None = None) -> Plan:
    """What so many people need.

    Rooms are spread over the shards, and each server follows only the shards that
    hold a room of one of its people.  With people spread at random that is soon all
    of them, so each message is read by as many servers as its room has people on,
    but each server has a connection to each shard.
    """
    use, costs = use or Use(), costs or Costs()
    messages = people * use.each / 3600
    deliveries = messages * use.room
    servers = max(1, math.ceil(people / use.clients))
    while True:
        hearing = readers(servers, use.room) if servers > 1 else 1
        each = (
            deliveries * costs.delivery_us + messages * hearing * costs.message_us
        ) / servers
        if each <= use.busy * 1e6:
            break
        servers = math.ceil(max(servers * each / (use.busy * 1e6), servers + 1))
    shards = _shards(messages, servers, use, costs)
    rooms = people / use.room
    # A room that so few people speak in reaches what is kept of it some day.
    kept = rooms * use.kept * costs.kept_bytes
    return Plan(
        people,
        messages,
        deliveries,
        servers,
        shards,
        messages * use.bytes * 8 / 1e9,
        deliveries * use.bytes * 8 / 1e9,
        kept / 2**30,
        _breaks(servers, shards, use, costs),
    )


def readers(servers: int, room: int) -> float:
    """On how many of the servers a room's people are, spread at random."""
    return servers * (1 - (1 - 1 / servers) ** room)


def _shards(messages: float, servers: int, use: Use, costs: Costs) -> int:
    """One stream that everyone follows, while that is enough; then by room."""
    limit = use.busy * 1e6
    one = messages * (costs.append_us + servers * costs.read_us)
    if one + servers * costs.idle_us <= limit:
        return 1
    spread = messages * (costs.append_us + readers(servers, use.room) * costs.read_us)
    # Every server looks at every shard, again and again: that part is not shared.
    left = limit - servers * costs.idle_us
    left = max(limit / 10, left)
    return max(2, math.ceil(spread / left))


def _breaks(servers: int, shards: int, use: Use, costs: Costs) -> str:
    if servers == 1:
        return "none: one server does, and it needs no Redis"
    if servers * costs.idle_us > use.busy * 1e6 * 0.9:
        return (
            "every server follows every shard: each shard spends its time on being "
            "asked; people must be placed by room, so that a server follows few shards"
        )
    if shards > 1:
        return (
            "one stream for all: the order of one room must be enough, and who is "
            "where and the names need a home of their own"
        )
    return "one room for all: a room is as large as what one server shows in a second"


def main() -> None:
    """Print the plans of docs/scaling.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, nargs="*")
    given = parser.parse_args()
    print(
        "| people | messages/s | deliveries/s | servers | Redis masters | "
        "out, Gbit/s | kept, GiB | breaks first |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for people in given.people or (10_000, 1_000_000, 100_000_000):
        one = plan(people)
        print(
            f"| {people:,} | {one.messages:,.0f} | {one.deliveries:,.0f} | "
            f"{one.servers:,} | {one.shards:,} | {one.out_gbit:,.2f} | "
            f"{one.redis_gib:,.0f} | {one.breaks} |"
        )


if __name__ == "__main__":
    main()
