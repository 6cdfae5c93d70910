"""Which ways to serve a model version there are: as ONNX, as it is, or by a script of the user's own."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.offered import is_usable
from mlops.deployments.models import Endpoint
from mlops.formats.frameworks import Recognised
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.packaging.actions import convert
from mlops.packaging.models import Conversion, ConversionKind, ConversionState
from mlops.packaging.queries import best_conversion, conversions_of
from mlops.registry.models import ModelVersion
from mlops.registry.reading import describe
from mlops.registry.recognising import recognise

ENTRIES = ("onnx", "native", "mlflow", "script")
GONE_WRONG = (ConversionState.REFUSED, ConversionState.FAILED)


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """`problem` says why an entry cannot be chosen; empty when it can."""

    entry: str
    problem: str = ""
    conversion: Conversion | None = None


def possibilities_in(project: Any, version: ModelVersion) -> tuple[Possible, ...]:
    """As `possibilities`, in a project that the model is perhaps only offered to: nothing is converted from there."""
    found = possibilities(version)
    if version.model.project_id == project.pk or has_onnx(version):
        return found
    return tuple(
        msgspec.structs.replace(one, problem=one.problem or _unconverted(version)) if one.entry == "onnx" else one
        for one in found
    )


def possibilities(version: ModelVersion) -> tuple[Possible, ...]:
    """For the wizard: each entry with why not, and ONNX with the conversion that would be served."""
    known = recognise(version)
    if known is not None:
        return _of_recognised(version, known)
    unscored = _unscored(version)
    conversion = best_conversion(version)
    refused = conversion.reason if conversion and conversion.state in GONE_WRONG else _stepwise(version)
    return (
        Possible(entry="onnx", problem=unscored or refused, conversion=conversion),
        Possible(entry="native", problem=unscored),
        Possible(entry="script"),
    )


def best(version: ModelVersion, *, has_script: bool = False, project: Any = None) -> str:
    """The entry where none is chosen: the given script, else ONNX, else the original model. In another project than
    the model's, ONNX only where the model has that form already."""
    if has_script:
        return "script"
    if project is not None and version.model.project_id != project.pk and not has_onnx(version):
        return next((one.entry for one in possibilities(version)[:-1] if not one.problem and one.entry != "onnx"), "")
    return next((one.entry for one in possibilities(version)[:-1] if not one.problem), "onnx")


def has_onnx(version: ModelVersion) -> bool:
    """Whether it can be served as ONNX without converting anything first."""
    found = best_conversion(version)
    return is_graph(version) or (found is not None and found.state == ConversionState.ACCEPTED)


def is_graph(version: ModelVersion) -> bool:
    """Whether it is an ONNX file that needs no conversion."""
    known = recognise(version)
    return known is not None and known.entry == "onnx"


def _of_recognised(version: ModelVersion, known: Recognised) -> tuple[Possible, ...]:
    """One entry serves it, beside a script, and ONNX once it was converted; the one by itself comes first."""
    usual = Possible(entry=known.entry, problem=known.problem)
    others = [
        Possible(entry=entry, problem=_other(version, known, entry), conversion=_converted(version, entry))
        for entry in ENTRIES[:-1]
        if entry != known.entry
    ]
    return (usual, *others, Possible(entry="script"))


def _converted(version: ModelVersion, entry: str) -> Conversion | None:
    return best_conversion(version) if entry == "onnx" else None


def _other(version: ModelVersion, known: Recognised, entry: str) -> str:
    """Why it is not served by that entry; empty for the one that serves it."""
    if entry == known.entry:
        return known.problem
    if entry == "onnx":
        conversion = best_conversion(version)
        if conversion is not None and conversion.state == ConversionState.ACCEPTED:
            return ""
        if conversion is not None and conversion.state in GONE_WRONG:
            return conversion.reason
        return _("%(version)s was not converted to ONNX: that is done on its page.") % {"version": version}
    return _("%(version)s is served by the entry “%(entry)s”.") % {"version": version, "entry": known.entry}


def _unconverted(version: ModelVersion) -> str:
    return _("%(version)s has no ONNX form yet, and only its own project can convert it.") % {"version": version}


def check(endpoint: Endpoint, version: ModelVersion, entry: str) -> None:
    """Raises a Refusal where the version cannot be served in this way at this endpoint."""
    where = Where(parameter="entry", value=entry)
    if entry not in ENTRIES:
        hint = nearest(entry, ENTRIES) or _("Choose onnx, native, mlflow or script.")
        raise Refusal("entry_unknown", _("There is no entry “%(entry)s”.") % {"entry": entry}, hint=hint, where=where)
    if not is_usable(version.model, endpoint.project):
        raise Refusal(
            "model_elsewhere",
            _("%(version)s is in another project than “%(endpoint)s”.") % {"version": version, "endpoint": endpoint},
            hint=_("Deploy it to an endpoint of its own project, or let an owner there offer the model to this one."),
            where=Where(parameter="version"),
        )
    if entry == "onnx" and version.model.project_id != endpoint.project_id and not has_onnx(version):
        raise Refusal(
            "conversion_elsewhere",
            _unconverted(version),
            hint=_("Choose the entry “native”, or ask the project that offers it to convert it."),
            status=409,
            where=where,
        )
    known = recognise(version)
    if known is not None and entry != "script":
        if problem := _other(version, known, entry):
            hint = _("Choose the entry “%(entry)s”, or “script”.") % {"entry": known.entry}
            raise Refusal("entry_not_possible", problem, hint=hint, where=where)
        return
    problem = "" if entry == "script" else _unscored(version)
    if not problem and entry == "mlflow":
        problem = _("%(version)s is no model in MLflow's format of somebody else: choose onnx or native.")
        problem %= {"version": version}
    if not problem and entry == "onnx" and _stepwise(version):
        raise Refusal(
            "entry_not_possible", _stepwise(version), hint=_("Choose the entry “native”."), status=409, where=where
        )
    if problem:
        hint = _("Choose the entry “script” and write how its files are to be used.")
        raise Refusal("entry_not_possible", problem, hint=hint, where=where)


def conversion_of(actor: Any, version: ModelVersion, entry: str, *, is_free: bool, form: str = "") -> Conversion | None:
    """Of a new deployment; where the entry native was found to be the best, the conversion that says why.

    `form`: what was made of the ONNX form (optimised, int8, float16) is served only where it is named."""
    if form:
        return _form_of(version, entry, form)
    if entry == "onnx":
        return None if is_graph(version) else conversion_for(actor, version)
    return best_conversion(version) if is_free and entry == "native" else None


def _form_of(version: ModelVersion, entry: str, form: str) -> Conversion:
    where = Where(parameter="onnx_form", value=form)
    if entry != "onnx":
        message = _("The form “%(form)s” is one of ONNX; the entry is “%(entry)s”.") % {"form": form, "entry": entry}
        raise Refusal("onnx_form_unfit", message, hint=_("Choose the entry “onnx”."), where=where)
    found = conversions_of(version).filter(kind=form, state=ConversionState.ACCEPTED).order_by("tolerance").first()
    if found is None:
        raise Refusal(
            "onnx_form_missing",
            _("%(version)s has no accepted form “%(form)s”.") % {"version": version, "form": form},
            hint=nearest(form, ConversionKind.values) or _("Convert the version to it first, on its page."),
            status=409,
            where=where,
        )
    return found


def conversion_for(actor: Any, version: ModelVersion) -> Conversion:
    """The accepted conversion, or one that is under way or started now. Refused where it is known to be impossible."""
    conversion = best_conversion(version)
    if conversion is not None and conversion.state == ConversionState.ACCEPTED:
        return conversion
    conversion = convert(actor, version)
    if conversion.state in GONE_WRONG:
        raise Refusal(
            "conversion_refused",
            _("%(version)s cannot be served as ONNX. %(reason)s") % {"version": version, "reason": conversion.reason},
            hint=conversion.hint,
            status=409,
            where=Where(parameter="entry", value="onnx"),
        )
    return conversion


def _stepwise(version: ModelVersion) -> str:
    """Why the version has no ONNX form whatever its conversion would say; empty where it may have one."""
    manifest = describe(version.tree_id).manifest
    if manifest is None or not manifest.pipeline:
        return ""
    return _("%(version)s is an inference pipeline, which answers step by step.") % {"version": version}


def _unscored(version: ModelVersion) -> str:
    """Why the product cannot score with this version by itself."""
    if version.signature is None or not version.task:
        return _("%(version)s was uploaded as files: how to score with them is known to its author alone.") % {
            "version": version
        }
    manifest = describe(version.tree_id).manifest
    return manifest.broken if manifest else ""
