"""What the standard demands: one rule, one file; the catalogue; what a rule may know."""
