"""Asks whether plans are good, and whether a change made them better; whether the code is right is asked by tests/."""
