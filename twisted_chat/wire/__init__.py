"""How events look on each wire: pure functions of bytes and events."""
