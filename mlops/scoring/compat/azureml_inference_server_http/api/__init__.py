"""The names that Azure's inference server gives to scoring scripts."""
