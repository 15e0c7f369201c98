"""How it moves: topology, `handle`, the embedded runtime, settings."""
