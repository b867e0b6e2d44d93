"""Adapters and codecs, one pair for each kind of client."""
