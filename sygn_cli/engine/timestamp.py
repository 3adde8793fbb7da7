"""RFC 3161 timestamps from a time-stamping authority: the engine's only network."""
