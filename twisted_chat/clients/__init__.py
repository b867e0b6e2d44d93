"""Clients: one adapter and one codec for each kind.

An adapter attaches its connections to the chat; a codec decodes what clients send and
encodes what they receive.  ``server.listeners`` lists the protocols of every port.
"""
