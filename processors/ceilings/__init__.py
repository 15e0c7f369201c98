"""Ceilings: what is used of them, which thresholds are passed, what is expected and what is due."""
