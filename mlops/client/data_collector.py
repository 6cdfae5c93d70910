"""`data_collector` of a deployment's YAML, as Azure has it, with fields of ours for what Azure lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.client.errors import WrongUsage
from mlops.formats.refusal import Refusal, nearest

INPUTS = ("model_inputs", "request", "inputs")
PREDICTIONS = ("model_outputs", "response", "predictions")
FIELDS = (
    "collections", "sampling_rate", "rolling_rate", "request_logging", "redact", "retention_days", "consent",
    "most_spool_bytes",
)  # fmt: skip
OURS = ("redact", "retention_days", "consent", "most_spool_bytes")
COLLECTION_FIELDS = ("enabled", "sampling_rate", "data", "client_id")
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def collection_settings(given: Any, warnings: list[str]) -> dict[str, Any]:
    """As our setting `collection`. `warnings` is told what has no meaning here. Raises Refusal or WrongUsage."""
    fields = _object(given, "data_collector", FIELDS)
    collections = _collections(fields.get("collections"))
    inputs, predictions = (_is_on(collections, names) for names in (INPUTS, PREDICTIONS))
    others = {name: one for name, one in collections.items() if name not in (*INPUTS, *PREDICTIONS)}
    _warn(fields, collections, warnings)
    settings: dict[str, Any] = {
        "is_enabled": any(_enabled(name, one) for name, one in collections.items()),
        "inputs": inputs,
        "predictions": predictions,
        "left_out": tuple(name for name, one in others.items() if not _enabled(name, one)),
        "share": _share(fields, collections, warnings),
    }
    return settings | {name: fields[name] for name in OURS if name in fields}


def _collections(given: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(given, Mapping) or not given:
        hint = "collections: {model_inputs: {enabled: 'True'}, model_outputs: {enabled: 'True'}}"
        raise WrongUsage("collections_missing", "data_collector names no collections.", hint=hint)
    return {str(name): _object(one, f"collections.{name}", COLLECTION_FIELDS) for name, one in given.items()}


def _object(given: Any, place: str, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise WrongUsage("field_unreadable", f"{place} holds no fields.", hint=f"Fields: {', '.join(known)}.")
    for name in given:
        if name not in known:
            hint = nearest(str(name), known) or f"Fields: {', '.join(known)}."
            raise Refusal("field_unknown", f"“{name}” is no field of {place}.", hint=hint)
    return dict(given)


def _is_on(collections: Mapping[str, Mapping[str, Any]], names: tuple[str, ...]) -> bool:
    return any(_enabled(name, collections[name]) for name in names if name in collections)


def _enabled(name: str, one: Mapping[str, Any]) -> bool:
    """Azure writes 'True' and 'False' as texts."""
    told = str(one.get("enabled", "false")).lower()
    if told not in (*TRUE, *FALSE):
        raise WrongUsage("flag_unreadable", f"collections.{name}.enabled is {told!r}.", hint="Use True or False.")
    return told in TRUE


def _share(fields: Mapping[str, Any], collections: Mapping[str, Mapping[str, Any]], warnings: list[str]) -> float:
    if fields.get("sampling_rate") is not None:
        return _rate("sampling_rate", fields["sampling_rate"])
    rates = {
        name: _rate(f"collections.{name}.sampling_rate", one["sampling_rate"])
        for name, one in collections.items()
        if one.get("sampling_rate") is not None and _enabled(name, one)
    }
    if len(set(rates.values())) > 1:
        warnings.append(
            f"collections have different sampling rates: one share holds for all here, {min(rates.values()):g} is used."
        )
    return min(rates.values(), default=1.0)


def _rate(place: str, given: Any) -> float:
    try:
        return float(given)
    except (TypeError, ValueError):
        message = f"data_collector.{place} is {given!r}."
        raise WrongUsage("number_unreadable", message, hint="Give a share from 0 to 1.") from None


def _warn(fields: Mapping[str, Any], collections: Mapping[str, Mapping[str, Any]], warnings: list[str]) -> None:
    if "rolling_rate" in fields:
        warnings.append("data_collector.rolling_rate has no meaning here: what is collected is visible within seconds.")
    if "request_logging" in fields:
        warnings.append("data_collector.request_logging has no meaning here: headers of callers are not kept.")
    placed = [name for name, one in collections.items() if one.get("data") or one.get("client_id")]
    if placed:
        warnings.append(
            f"collections.{', '.join(placed)}: data and client_id have no meaning here; the endpoint's page of "
            "collected data makes dataset versions and exports."
        )
