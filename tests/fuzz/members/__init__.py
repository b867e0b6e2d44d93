"""A model of accounts, several devices and moderation, over all wires.

``machine`` and the files of steps have people do at random what they do: log in from
several devices, keep order, and come back after a crash.  ``reference`` says,
independently of the server, what each device must be shown, in order, who must be
present, and what the store must have; it is written from docs/protocol.md.
"""
