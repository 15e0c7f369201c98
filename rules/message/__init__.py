"""Level 2 of the standard: rules that need nothing but the message itself (return code 0001)."""
