"""Engine.IO 4, the transport below Socket.IO, for any Twisted server."""
