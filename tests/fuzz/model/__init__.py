"""A model of the whole chat, over all wires.

``machine`` has clients do at random what people do; ``reference`` says, independently
of the server, what each of them must be shown, in order, and who must be present.
"""
