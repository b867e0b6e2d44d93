"""End-to-end tests: the real server with real clients, browsers and Redis servers."""
