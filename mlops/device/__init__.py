"""Runs a bundle on a device: checks it, keeps its scoring server alive, counts, reports later, and updates itself.

Only the standard library, msgspec and mlops.formats; nothing of the server."""
