"""Processes, brokers and databases that are killed, and what must hold all the same."""
