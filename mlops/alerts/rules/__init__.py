"""Rules: what they say, when they fire, and who changes them."""
