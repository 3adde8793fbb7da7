"""The services' ports, for real: the clock, and later mail and webhooks."""
