"""Socket.IO 5 for any Twisted server."""
