"""A database after years: a million runs, and all that stands around them; and how quick its lists are then."""
