"""Whether a model fits into the memory that its deployment gives it: said before anything is made."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where
from mlops.registry.models import ModelVersion

LOADED_WHOLE = ("onnx", "native", "mlflow")
"""A script decides itself what of the files it reads."""
MEGABYTE = 1024**2


def check_fits(version: ModelVersion, entry: str, wanted: DeploymentSettings) -> None:
    """Raises Refusal `model_too_large`: what is larger on disk than the memory cannot be loaded."""
    size = version.tree.size_bytes
    if entry not in LOADED_WHOLE or size <= wanted.memory_bytes:
        return
    raise Refusal(
        "model_too_large",
        _("%(version)s has %(size)s MB of files and would get %(memory)s MB of memory.")
        % {
            "version": version,
            "size": f"{size / MEGABYTE:,.0f}",
            "memory": f"{wanted.memory_bytes / MEGABYTE:,.0f}",
        },
        hint=_("Give it at least %(least)s MB: once the files and room to score.")
        % {"least": f"{1.5 * size / MEGABYTE + 128:,.0f}"},
        where=Where(parameter="memory_bytes"),
    )
