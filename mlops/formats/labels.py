"""Labels of workers, as settings and commands write them: `gpu,zone=a`."""

from __future__ import annotations

from collections.abc import Mapping

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


def read_labels(text: str) -> dict[str, str]:
    """Name to value, which may be empty. Raises Refusal `label_invalid`."""
    labels = {}
    for part in text.split(","):
        name, _equals, value = (one.strip() for one in part.partition("="))
        if name:
            labels[name] = value
        elif part.strip():
            raise Refusal(
                "label_invalid",
                _("“%(text)s” is no label.") % {"text": part.strip()[:100]},
                hint=_("Write NAME or NAME=VALUE, separated by commas, such as gpu,zone=a."),
            )
    return labels


def written_labels(labels: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" if value else name for name, value in sorted(labels.items()))
