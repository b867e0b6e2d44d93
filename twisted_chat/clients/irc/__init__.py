"""IRC clients (RFC 1459 and 2812, IRCv3; https://modern.ircdocs.horse)."""
