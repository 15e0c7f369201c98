"""From bytes to values and back: the gate, the readers and the writers."""
