"""The journal in Redis."""
