"""The recycle bin of a project: what was deleted there, put back or removed for good, and the rules that fill it."""
