"""Explains a model in a process of its own: it opens what people pickled, so nothing here is for web or worker.

Nothing imports Django."""
