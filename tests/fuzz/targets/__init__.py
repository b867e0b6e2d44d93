"""One file for each target, which defines ``TARGET``."""
