"""The folder of segments that a scoring server writes what it collects into, before it answers."""
