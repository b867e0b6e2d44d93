"""Tests that start the real server and drive it with real clients."""
