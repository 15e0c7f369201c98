"""Level 4 of the standard: rules that need a clock, a code list or a contract."""
