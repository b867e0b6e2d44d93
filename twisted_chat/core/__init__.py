"""What a chat is: no Twisted, no wire format, no store."""
