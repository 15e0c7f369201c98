"""What is agreed: register rows as values, and pure selection (which tariff applies, and why)."""
