"""Twisted lives here: what speaks to sockets."""
