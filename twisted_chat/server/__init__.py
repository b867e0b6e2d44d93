"""A server made of the parts: options, listeners, ports and the site."""
