"""Texts: what is accepted, and what is made of it before it is shown."""
