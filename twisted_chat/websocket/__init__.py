"""WebSocket (RFC 6455) for any Twisted server."""
