"""Sockets for any server: detection, limits, backpressure, TLS and HTTP."""
