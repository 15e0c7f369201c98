"""Level 3 of the standard: rules that need earlier messages."""
