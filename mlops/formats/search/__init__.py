"""The language of filters: one parser for pages, REST, command line and MLflow's clients."""

from mlops.formats.search.fault import SearchFault
from mlops.formats.search.nodes import (
    And,
    Compare,
    Flag,
    Has,
    Name,
    Node,
    Not,
    Note,
    Number,
    Or,
    Period,
    Query,
    Text,
    Value,
    Words,
    without_places,
)
from mlops.formats.search.parsing import parse
from mlops.formats.search.vocabulary import Field, Vocabulary, vocabulary
from mlops.formats.search.writing import quoted, tag_filter, written

__all__ = [
    "And", "Compare", "Field", "Flag", "Has", "Name", "Node", "Not", "Note", "Number", "Or", "Period", "Query",
    "SearchFault", "Text", "Value", "Vocabulary", "Words", "parse", "quoted", "tag_filter", "vocabulary",
    "without_places", "written",
]  # fmt: skip
