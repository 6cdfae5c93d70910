"""What the left side of a comparison names: a field, a tag, a metric or a parameter."""

from __future__ import annotations

import difflib
import re

from mlops.formats.search.fault import SearchFault
from mlops.formats.search.nodes import Name, Note, Space, Span
from mlops.formats.search.scanning import QUOTES, Scanner
from mlops.formats.search.vocabulary import SPACES, Field, Vocabulary
from mlops.formats.spoken import gettext as _

PLURAL = {"field": "fields", "tag": "tags", "metric": "metrics", "parameter": "parameters"}
ALONE = {"tag": ("tag", "tags"), "has": ("has",)}


class Typed:
    """A key as it stands in the text; `prefix` is what stood before its first dot, where that means something."""

    def __init__(self, scanner: Scanner) -> None:
        start = scanner.skip_blanks()
        self.is_quoted = scanner.touches(QUOTES)
        self.prefix: Space | None = None
        if self.is_quoted:
            self.key = scanner.quoted()
        else:
            self.key = scanner.key()
            if self.key.endswith(".") and scanner.touches(QUOTES):
                self.key += scanner.quoted()
        self.span: Span = (start, scanner.place)
        self.whole = self.key
        head, dot, rest = self.key.partition(".")
        if dot and rest and not self.is_quoted and head.lower() in SPACES:
            self.prefix, self.key = SPACES[head.lower()], rest

    def is_named(self, words: Vocabulary) -> bool:
        """Whether it cannot be a mere word of a text."""
        return self.is_quoted or self.prefix is not None or words.field(self.key) is not None


def resolve(typed: Typed, words: Vocabulary, text: str) -> tuple[Name, Field | None, Note | None]:
    """Raises SearchFault. The field where it is one; a note where a tag has almost the name of a field."""
    whole = words.field(typed.whole)
    if whole is not None:
        return Name(space="field", key=whole.name, span=typed.span), whole, None
    if typed.prefix == "field":
        return _field(typed, words, text)
    if typed.prefix is not None:
        _require_space(typed.prefix, typed, words, text)
        return Name(space=typed.prefix, key=typed.key, span=typed.span), None, None
    if words.strict or "tag" not in words.spaces:
        return _field(typed, words, text)
    if not typed.key:
        raise SearchFault("filter_not_understood", _("Here the name of a tag or field is missing."), text=text,
                          span=typed.span, hint=_("Such as Area=Churn or state = failed."))  # fmt: skip
    near = "" if typed.is_quoted else close(typed.key, words.names())
    note = Note(code="read_as_tag", text=typed.key, near=near, span=typed.span) if near else None
    return Name(space="tag", key=typed.key, span=typed.span), None, note


def tag_of(typed: Typed, words: Vocabulary, text: str) -> Name:
    _require_space("tag", typed, words, text)
    key = typed.key if typed.prefix == "tag" else typed.whole
    if not key:
        raise SearchFault("filter_not_understood", _("Here the name of a tag is missing."), text=text, span=typed.span,
                          hint=_("Such as tag:Area or tag:Area=Churn."))  # fmt: skip
    return Name(space="tag", key=key, span=typed.span)


def close(typed: str, known: list[str]) -> str:
    found = difflib.get_close_matches(typed.lower(), known, n=1, cutoff=0.75)
    return found[0] if found else ""


def _field(typed: Typed, words: Vocabulary, text: str) -> tuple[Name, Field, None]:
    found = words.field(typed.key)
    if found is not None:
        return Name(space="field", key=found.name, span=typed.span), found, None
    near = close(typed.key, words.names())
    names = ", ".join(one.name for one in words.fields)
    hint = (_("Did you mean '%(near)s'?") % {"near": near}) if near else (_("There are: %(names)s.") % {"names": names})
    raise SearchFault(
        "filter_field_unknown",
        _("There is no field '%(key)s'.") % {"key": typed.key},
        text=text,
        span=typed.span,
        hint=hint,
    )


def _require_space(space: Space, typed: Typed, words: Vocabulary, text: str) -> None:
    if space in words.spaces:
        return
    kept = ", ".join(PLURAL[one] for one in words.spaces)
    said = _("There are no %(plural)s here.") % {"plural": PLURAL[space]}
    hint = _("A filter may name %(kept)s.") % {"kept": kept}
    raise SearchFault("filter_field_unknown", said, text=text, span=typed.span, hint=hint)


def is_alone(typed: Typed, what: str) -> bool:
    return not typed.is_quoted and typed.whole.lower() in ALONE[what]


IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
