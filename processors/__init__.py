"""What happens: pure steps from bytes to outcome, and the ports they need."""
