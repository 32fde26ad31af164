"""What guarding costs: every figure is a ratio to a reference measured in the same run, on the same machine."""
