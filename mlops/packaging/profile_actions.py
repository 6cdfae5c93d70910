"""Asking for a profile of a model version, and stopping one."""

from __future__ import annotations

import re
from typing import Any, BinaryIO

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.blobs.models import Blob
from mlops.events.chain import notify, record
from mlops.events.facts import gone, sides
from mlops.formats.model import Signature
from mlops.formats.profiling import GIBIBYTE, ProfileOrder
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.packaging import leases
from mlops.packaging.asked_requests import kept_requests
from mlops.packaging.models import Conversion, ConversionState, Profile
from mlops.packaging.profiling.bodies import of_signature
from mlops.packaging.queries import best_conversion
from mlops.packaging.tables import table_of
from mlops.registry.actions import set_tags
from mlops.registry.models import ModelVersion
from mlops.registry.recognising import recognise
from mlops.work.calls import later

ENTRIES = ("onnx", "native", "mlflow", "script")


def profile(
    actor: Any,
    version: ModelVersion,
    *,
    order: ProfileOrder,
    entry: str = "",
    script: Blob | None = None,
    requests: BinaryIO | None = None,
    dataset: str = "",
    column: str = "",
    name: str = "",
    description: str = "",
) -> Profile:
    """`requests`: recorded ones, one a line. `dataset`: `name` or `name:version`, of the model's project. With neither,
    the input example is asked. `entry`: as in a deployment; by itself ONNX where it was accepted, else the original."""
    project = version.model.project
    require(actor, "models.package", project)
    entry = entry or _usual_entry(version, script)
    conversion = _conversion(version, entry)
    if entry == "script" and script is None:
        raise Refusal(
            "script_missing",
            _("A profile of the entry “script” needs the script."),
            hint=_("Send it as “script”."),
            where=Where(parameter="script"),
        )
    rows = table_of(project, dataset) if dataset.strip() else None
    kept = kept_requests(requests)[0] if requests is not None else None
    if rows is None and kept is None:
        _require_example(version)
    try:
        with transaction.atomic():
            made = Profile.objects.create(
                version=version,
                name=_checked_name(version, name),
                description=description.strip(),
                entry=entry,
                conversion=conversion,
                script=script if entry == "script" else None,
                order=msgspec.to_builtins(order),
                recorded=kept,
                dataset=rows,
                column=column.strip(),
                reason=_("Waits for a worker."),
                state_since=timezone.now(),
                created_by=actor,
            )
            record(
                actor,
                "mlops.model.profile_requested",
                subject=f"models/{version}",
                project=project,
                data={"profile": made.name, "entry": entry},
                notice=("model", str(version.model_id)),
            )
            later("packaging.profile", made.pk)
    except IntegrityError:
        raise Refusal(
            "profile_name_taken",
            _("%(version)s has a profile “%(name)s” already.") % {"version": version, "name": name},
            hint=_("Choose another name, or leave it out."),
            status=409,
            where=Where(parameter="name"),
        ) from None
    return made


def cancel(actor: Any, asked: Profile) -> Profile:
    """One that waits is cancelled at once; one under way within seconds. Refused for one that has ended."""
    project = asked.version.model.project
    require(actor, "models.package", project)
    if asked.is_final:
        raise Refusal(
            "profile_ended",
            _("The profile “%(name)s” has ended already (%(state)s).")
            % {"name": asked, "state": asked.get_state_display().lower()},
            status=409,
        )
    with transaction.atomic():
        leases.cancel(asked)
        record(
            actor,
            "mlops.model.profile_cancelled",
            subject=f"models/{asked.version}",
            project=project,
            data={"profile": asked.name},
            notice=("model", str(asked.version.model_id)),
        )
    asked.refresh_from_db()
    return asked


def keep_as_tags(actor: Any, asked: Profile) -> dict[str, str]:
    """The version's tags say what was asked for and recommended. Refused without a result."""
    found = (asked.report or {}).get("recommendation")
    if found is None:
        raise Refusal("profile_without_result", _("The profile has no recommendation to keep."), status=409)
    order = msgspec.convert(asked.order, ProfileOrder)
    tags = {
        "requestedCpu": f"{max(order.cores):g}",
        "requestedMemoryInGb": f"{max(order.memory_bytes) / GIBIBYTE:g}",
        "recommendedCpu": f"{found['cores']:g}",
        "recommendedMemoryInGb": f"{found['memory_bytes'] / GIBIBYTE:g}",
        "profile": asked.name,
    }
    set_tags(actor, asked.version, tags=tags)
    return tags


def delete(actor: Any, asked: Profile) -> None:
    project = asked.version.model.project
    require(actor, "models.package", project)
    if not asked.is_final:
        raise Refusal("profile_running", _("The profile has not ended."), hint=_("Cancel it first."), status=409)
    with transaction.atomic():
        subject, model = f"models/{asked.version}", asked.version.model_id
        change, data = gone(asked), {"profile": asked.name}
        Profile.objects.filter(pk=asked.pk).delete()
        record(actor, "mlops.model.profile_deleted", subject=subject, project=project, data=data, **sides(change))
        notify("model", str(model), project=project)


def _usual_entry(version: ModelVersion, script: Blob | None) -> str:
    if script is not None:
        return "script"
    known = recognise(version)
    if known is not None:
        return known.entry
    conversion = best_conversion(version)
    return "onnx" if conversion is not None and conversion.state == ConversionState.ACCEPTED else "native"


def _conversion(version: ModelVersion, entry: str) -> Conversion | None:
    if entry not in ENTRIES:
        hint = nearest(entry, ENTRIES) or _("Choose onnx, native, mlflow or script.")
        message = _("There is no entry “%(entry)s”.") % {"entry": entry}
        raise Refusal("entry_unknown", message, hint=hint, where=Where(parameter="entry", value=entry))
    known = recognise(version)
    if entry != "onnx" or (known is not None and known.graph):
        return None
    conversion = best_conversion(version)
    if conversion is None or conversion.state != ConversionState.ACCEPTED:
        raise Refusal(
            "not_converted",
            _("%(version)s has no accepted ONNX form to measure.") % {"version": version},
            hint=_("Convert it first, or profile the entry “native”."),
            status=409,
            where=Where(parameter="entry", value=entry),
        )
    return conversion


def _require_example(version: ModelVersion) -> None:
    signature = version.signature and msgspec.convert(version.signature, Signature)
    if version.input_example is None and not (signature and of_signature(signature)):
        raise Refusal(
            "no_requests",
            _("%(version)s has no input example to ask it with.") % {"version": version},
            hint=_("Name a dataset, or give recorded requests, one a line."),
            status=409,
            where=Where(parameter="requests"),
        )


def _checked_name(version: ModelVersion, name: str) -> str:
    name = name.strip()
    if not name:
        count = Profile.objects.filter(version=version).count() + 1
        while Profile.objects.filter(version=version, name=f"profile-{count}").exists():
            count += 1
        return f"profile-{count}"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}", name):
        raise Refusal(
            "name_invalid",
            _("“%(name)s” cannot be the name of a profile.") % {"name": name},
            hint=_("Use letters, digits, dots, hyphens and underscores."),
            where=Where(parameter="name"),
        )
    return name
