"""A chat server that people reach with the client they already have.

The constitution of this package:

1. What anyone is shown was stored first; what could not be stored is refused
   to its author and shown to nobody.
2. There is one way in, ``Chat.receive``, and one way out, ``Chat.announce``.
3. Everyone in a room sees the same things in the same order.
4. Each event is encoded once per wire format, and each client gets one write
   per batch.
5. A client can harm only itself.
6. The core knows no Twisted; imports point down, never sideways.

Read ``events`` first, then ``chat``; ``service`` shows how it all fits.
"""

__version__ = "0.1.0"
