"""The values that the pipeline is called with: given ones, and those that follow from trigger and data."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import ready_version
from mlops.datasets.sharing import reference_in
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.retraining import Triggered, What

EXPRESSION = re.compile(r"\$\{\{\s*(?P<word>[a-z_]+)(?:\.(?P<name>[^}]+?))?\s*\}\}")
WORDS = ("newest", "window", "trigger")


class Derived(msgspec.Struct, frozen=True, kw_only=True):
    """`data`: the newest dataset version that was named, which the attempt is said to be trained on."""

    values: dict[str, Any]
    data: Any = None


def derive(project: Project, what: What, trigger: Triggered, *, window: DatasetVersion | None, at: str) -> Derived:
    """Raises Refusal `expression_unknown`, `window_missing`, `field_unknown` and those of a missing dataset."""
    used: list[DatasetVersion] = []
    values = {
        name: _value(name, value, project=project, trigger=trigger, window=window, at=at, used=used)
        for name, value in what.parameters.items()
    }
    return Derived(values=values, data=window or (used[0] if used else None))


def expressions(what: What) -> list[tuple[str, str, str]]:
    """Parameter, word and name of each expression. Raises Refusal `expression_unknown`."""
    found = []
    for parameter, value in what.parameters.items():
        for match in EXPRESSION.finditer(value if isinstance(value, str) else ""):
            if match["word"] not in WORDS:
                raise Refusal(
                    "expression_unknown",
                    _("The parameter “%(name)s” has the expression “%(text)s”, which is not known.")
                    % {"name": parameter, "text": match[0]},
                    hint=nearest(match["word"], WORDS)
                    or _("There are ${{newest.DATASET}}, ${{window}} and ${{trigger.FIELD}}."),
                    where=Where(parameter=parameter),
                )
            found.append((parameter, match["word"], (match["name"] or "").strip()))
    return found


def _value(parameter: str, value: Any, *, used: list[DatasetVersion], **known: Any) -> Any:
    if not isinstance(value, str):
        return value
    whole = EXPRESSION.fullmatch(value.strip())
    if whole:
        return _meaning(parameter, whole, used=used, **known)
    return EXPRESSION.sub(lambda match: str(_meaning(parameter, match, used=used, **known)), value)


def _meaning(
    parameter: str,
    match: re.Match[str],
    *,
    project: Project,
    trigger: Triggered,
    window: DatasetVersion | None,
    at: str,
    used: list[DatasetVersion],
) -> Any:
    word, name = match["word"], (match["name"] or "").strip()
    if word == "newest":
        found = ready_version(project, name)
        used.append(found)
        return reference_in(project, found)
    if word == "window":
        if window is None:
            raise Refusal(
                "window_missing",
                _("The parameter “%(name)s” wants the window of collected data, but the policy saves none.")
                % {"name": parameter},
                hint=_("Name the dataset that it is saved as (what.window.dataset)."),
                where=Where(parameter=parameter),
            )
        return str(window)
    fields = trigger_fields(trigger, at=at)
    if name not in fields:
        raise Refusal(
            "field_unknown",
            _("The trigger has no field “%(field)s”, which the parameter “%(name)s” wants.")
            % {"field": name, "name": parameter},
            hint=nearest(name, fields) or _("It has: %(names)s.") % {"names": ", ".join(fields)},
            where=Where(parameter=parameter),
        )
    return fields[name]


def trigger_fields(trigger: Triggered, *, at: str) -> dict[str, Any]:
    usual = {
        "kind": trigger.kind,
        "reason": trigger.reason,
        "by": trigger.by,
        "at": at,
        "monitor": trigger.monitor,
        "signal": trigger.signal,
        "dataset": trigger.dataset,
    }
    return {**trigger.fields, **usual}
