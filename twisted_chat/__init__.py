"""A chat server for telnet, browsers, WebSocket and Socket.IO clients.

``CONTRIBUTING.md`` has the invariants of this package and the glossary, and
``docs/architecture.md`` shows how the package is built.  To read the code, start with
``core.events`` and ``core.chat``; ``service`` shows how everything is connected.
"""

__version__ = "0.1.0"
