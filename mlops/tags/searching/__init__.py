"""Finding things: what a kind of thing lets you ask for, and the filter as a condition of the database."""

from mlops.tags.searching.found import Found, asks_for, narrowed, search
from mlops.tags.searching.searchable import Column, Facts, Held, Searchable, choices_of, labels_of

__all__ = [
    "Column",
    "Facts",
    "Found",
    "Held",
    "Searchable",
    "asks_for",
    "choices_of",
    "labels_of",
    "narrowed",
    "search",
]
