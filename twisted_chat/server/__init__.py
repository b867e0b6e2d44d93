"""The server: its options, its ports, and the protocols behind them.

``service`` puts the parts together; to embed a server, import ``ChatService``,
``Options`` and ``Settings`` from there.
"""
