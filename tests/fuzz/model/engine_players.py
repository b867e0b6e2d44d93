"""Players that exchange JSON objects over Engine.IO, by WebSocket and by polling.

They look like those on a plain WebSocket, so the reference does not know of them.
"""

from __future__ import annotations

from typing import Any

from tests.fuzz.world import World
from tests.support.engineio_client import Exchange
from tests.support.memory import text

from .players import JsonPlayer
from .showing import ERROR

_PATH = "/socket.io/?EIO=4&transport="
_SEPARATOR = "\x1e"


class EnginePlayer(JsonPlayer):
    """A client of Engine.IO that starts on a WebSocket."""

    path = f"{_PATH}websocket&format=json"

    def frames(self) -> list[str]:
        return self._messages(super().frames())

    def send(self, words: str) -> None:
        self._send_packet("4" + words)

    def _send_packet(self, packet: str) -> None:
        self.client.send(text(packet))

    def _messages(self, packets: list[str]) -> list[str]:
        """The messages among some packets; pings are answered."""
        if "2" in packets:
            self._send_packet("3")
        return [packet[1:] for packet in packets if packet.startswith("4")]

    def _read(self, fields: dict[str, Any]) -> Any:
        if fields["type"] == "closed":
            self.close_code = fields["code"]
        return super()._read(fields)

    def reads(self) -> list[Any]:
        # Why a session ends is its last message.
        return [
            one for one in super().reads() if one == ERROR or one["type"] != "closed"
        ]


class PollingPlayer(EnginePlayer):
    """A client of Engine.IO that stays on polling."""

    _is_over = False

    def connect(self, query: str) -> None:
        self._query = f"polling&format=json{query}"
        self._get = self._fetch()
        self._sid = self._get.body.partition('"sid":"')[2].partition('"')[0]
        self._query = f"polling&sid={self._sid}"
        self._get = self._fetch()

    def _fetch(self, body: bytes | None = None) -> Exchange:
        method = "GET" if body is None else "POST"
        port: Any = self.world.port
        return Exchange(port, method, _PATH + self._query, body, peer=self.peer)

    def _send_packet(self, packet: str) -> None:
        exchange = self._fetch(packet.encode())
        self.world.settle()
        assert exchange.outcome == (200, "ok"), exchange.outcome

    def frames(self) -> list[str]:
        packets: list[str] = []
        while not self._is_over and self._get.answered:
            assert self._get.status == 200, self._get.wire.value()
            packets += self._get.body.split(_SEPARATOR)
            self._is_over = "1" in packets
            if not self._is_over:
                self._get = self._fetch()
                self.world.settle()
        return self._messages(packets)

    def goes(self) -> None:
        self._get.wire.disconnect()


def make_engine_player(world: World, *, polls: bool) -> JsonPlayer:
    """A new client of Engine.IO."""
    return PollingPlayer(world) if polls else EnginePlayer(world)
