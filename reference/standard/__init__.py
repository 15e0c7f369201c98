"""The ledger of published rules and code lists of the standard."""
