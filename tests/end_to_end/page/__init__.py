"""The web page in a real browser, with a real server and other clients."""
