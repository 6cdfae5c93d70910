"""The drawing as a pure value: reading it, freezing it, comparing it. No Django here."""
