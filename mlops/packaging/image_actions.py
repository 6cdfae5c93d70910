"""Asking for a container image of a model version, stopping its build, and deleting it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.blobs.models import Blob
from mlops.events.chain import record
from mlops.events.facts import gone, sides
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.packaging import leases
from mlops.packaging.image_logs import remove_log
from mlops.packaging.images.references import parsed
from mlops.packaging.models import Conversion, ConversionState, Image, ImageState
from mlops.packaging.queries import best_conversion
from mlops.registry.models import ModelVersion
from mlops.registry.reading import describe
from mlops.work.calls import later

ENTRIES = ("onnx", "native", "script")


def package(
    actor: Any,
    version: ModelVersion,
    *,
    entry: str = "",
    script: Blob | None = None,
    base: str = "",
    context: Blob | None = None,
    tag: str = "",
    push_to: str = "",
) -> Image:
    """One that is under way or ready for the same request is given. `entry`: as in a deployment; by itself ONNX where
    it was accepted, else the original. With `tag` it is given to the Docker engine, with `push_to` to a registry.
    `context`: a tar with a Dockerfile that makes the base."""
    project = version.model.project
    require(actor, "models.package", project)
    if base.strip() and context is not None:
        raise Refusal(
            "two_bases",
            _("A base image and a Dockerfile were given."),
            hint=_("Give one of them; the Dockerfile names its own base."),
            where=Where(parameter="base"),
        )
    entry = entry or _usual_entry(version, script)
    _check_scored(version, entry)
    asked = {
        "version": version,
        "entry": entry,
        "conversion": _conversion(version, entry),
        "script": _script(entry, script),
        "base": base.strip(),
        "context": context,
        "tag": _checked(tag, "tag"),
        "push_to": _checked(push_to, "push"),
    }
    with transaction.atomic():
        live = (ImageState.QUEUED, ImageState.RUNNING, ImageState.READY)
        known = Image.objects.filter(**asked, state__in=live).first()
        if known is not None:
            return known
        image = Image.objects.create(
            **asked, reason=_("Waits for a worker."), state_since=timezone.now(), created_by=actor
        )
        record(
            actor,
            "mlops.model.image_requested",
            subject=f"models/{version}",
            project=project,
            data={"image": str(image.pk), "entry": entry, "push": image.push_to},
            notice=("model", str(version.model_id)),
        )
        later("packaging.image", image.pk)
    return image


def cancel(actor: Any, image: Image) -> Image:
    """One that waits is cancelled at once, one under way within seconds. Refused for one that has ended."""
    project = image.version.model.project
    require(actor, "models.package", project)
    if image.is_final:
        raise Refusal(
            "image_ended",
            _("The image has ended already (%(state)s).") % {"state": image.get_state_display().lower()},
            status=409,
        )
    with transaction.atomic():
        leases.cancel(image)
        record(
            actor,
            "mlops.model.image_cancelled",
            subject=f"models/{image.version}",
            project=project,
            data={"image": str(image.pk)},
            notice=("model", str(image.version.model_id)),
        )
    image.refresh_from_db()
    return image


def delete(actor: Any, image: Image) -> None:
    """Its layers go with the next clearing, unless another image has them."""
    version = image.version
    require(actor, "models.package", version.model.project)
    if not image.is_final:
        raise Refusal("image_building", _("The image is being built."), hint=_("Cancel it first."), status=409)
    with transaction.atomic():
        pk, change = image.pk, gone(image)
        Image.objects.filter(pk=pk).delete()
        record(
            actor,
            "mlops.model.image_deleted",
            subject=f"models/{version}",
            project=version.model.project,
            data={"image": str(pk), "reference": image.reference},
            notice=("model", str(version.model_id)),
            **sides(change),
        )
        transaction.on_commit(lambda: remove_log(pk))


def _usual_entry(version: ModelVersion, script: Blob | None) -> str:
    if script is not None:
        return "script"
    conversion = best_conversion(version)
    return "onnx" if conversion is not None and conversion.state == ConversionState.ACCEPTED else "native"


def _check_scored(version: ModelVersion, entry: str) -> None:
    if entry == "native" and describe(version.tree_id).manifest is None:
        message = _("%(version)s was uploaded as files: how to score with them is known to its author alone.")
        raise Refusal(
            "entry_not_possible",
            message % {"version": version},
            hint=_("Choose the entry “script” and write how its files are to be used."),
            where=Where(parameter="entry", value=entry),
        )


def _conversion(version: ModelVersion, entry: str) -> Conversion | None:
    if entry not in ENTRIES:
        hint = nearest(entry, ENTRIES) or _("Choose onnx, native or script.")
        message = _("There is no entry “%(entry)s”.") % {"entry": entry}
        raise Refusal("entry_unknown", message, hint=hint, where=Where(parameter="entry", value=entry))
    if entry != "onnx":
        return None
    conversion = best_conversion(version)
    if conversion is None or conversion.state != ConversionState.ACCEPTED:
        raise Refusal(
            "not_converted",
            _("%(version)s has no accepted ONNX form to pack.") % {"version": version},
            hint=_("Convert it first, or choose the entry “native”."),
            status=409,
            where=Where(parameter="entry", value=entry),
        )
    return conversion


def _script(entry: str, script: Blob | None) -> Blob | None:
    if entry == "script" and script is None:
        message, hint = _("The entry “script” needs a script."), _("Choose a file with init() and run(data).")
        raise Refusal("script_missing", message, hint=hint, where=Where(parameter="script"))
    return script if entry == "script" else None


def _checked(reference: str, parameter: str) -> str:
    """With its tag. One that is to be pushed names its registry."""
    reference = reference.strip()
    if not reference:
        return ""
    try:
        found = parsed(reference)
    except Refusal as refusal:
        where = Where(parameter=parameter, value=reference)
        raise Refusal(refusal.code, refusal.message, hint=refusal.hint, where=where) from None
    if found.digest or (parameter == "push" and not reference.startswith(f"{found.registry}/")):
        raise Refusal(
            "reference_invalid",
            _("“%(reference)s” says no registry and tag.") % {"reference": reference},
            hint=_("Such as registry.example.com/team/prices:3."),
            where=Where(parameter=parameter, value=reference),
        )
    return reference if reference.endswith(f":{found.tag}") else f"{reference}:{found.tag}"
