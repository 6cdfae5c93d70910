"""Bundles for devices: model, scoring server and the platform's wheels in one signed archive."""
