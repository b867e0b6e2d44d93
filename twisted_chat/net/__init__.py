"""Sockets for any server: detection, limits, backpressure, timers, TLS and HTTP."""

from .admission import Admission
from .detection import Detector
from .origins import Origins
from .peer_limits import PeerLimits
from .switch import SwitchFactory
from .timers import Keepalive

__all__ = [
    "Admission",
    "Detector",
    "Keepalive",
    "Origins",
    "PeerLimits",
    "SwitchFactory",
]
