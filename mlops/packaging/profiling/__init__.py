"""Measures how a model version answers under load: real requests on the real scoring server, over cores and memory.

Nothing that makes load imports Django: it runs in a process of its own."""
