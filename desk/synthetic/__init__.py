"""Synthetic regions: registers and messages for demonstrations, tests and benchmarks. No real person."""
