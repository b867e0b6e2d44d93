"""Where what was said is kept; every journal passes one contract test."""
