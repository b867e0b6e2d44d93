"""The entry point for ``trial twisted_chat`` in a checkout; not part of a wheel."""
