"""Fakes, log observers and transports that several tests share."""
