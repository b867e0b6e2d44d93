"""Announcing: what a stored event changes, and to whom it is shown."""
