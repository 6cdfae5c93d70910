"""The bill of materials of an image: CycloneDX 1.6, the same bytes for the same image (so without time and serial)."""

from __future__ import annotations

import email.parser
import zipfile
from pathlib import Path
from typing import Any

import msgspec

import mlops
from mlops.packaging.images.locks import Lock, Wheel
from mlops.packaging.images.wheelhouse import Wheelhouse

PLACE = "sbom.cdx.json"
RECIPE = "1"
MOST_NAME = 120


def sbom(lock: Lock, *, model: str, base: str, base_digest: str, wheelhouse: Wheelhouse) -> bytes:
    """Libraries are exactly the locked wheels; the model, our server and the base are components beside them."""
    name, _, version = model.partition(":")
    libraries = [_library(wheel, wheelhouse.path(wheel)) for wheel in lock.wheels]
    server = {"type": "application", "bom-ref": "server", "name": "mlops-studio", "version": mlops.__version__}
    standing_on: dict[str, Any] = {"type": "container", "bom-ref": "base", "name": base}
    if base_digest:
        standing_on["version"] = base_digest
    served = {"type": "machine-learning-model", "bom-ref": "model", "name": name, "version": version}
    refs = [one["bom-ref"] for one in (served, server, standing_on, *libraries)]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "bom-ref": "image", "name": name, "version": version}},
        "components": [served, server, standing_on, *libraries],
        "dependencies": [{"ref": "image", "dependsOn": sorted(set(refs))}],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def _library(wheel: Wheel, file: Path) -> dict[str, Any]:
    purl = f"pkg:pypi/{wheel.name}@{wheel.version}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": wheel.name,
        "version": wheel.version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": wheel.sha256}],
    }
    licence = _licence(file)
    return {**component, "licenses": [licence]} if licence else component


def _licence(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    with zipfile.ZipFile(file) as wheel:
        name = next((one for one in wheel.namelist() if one.endswith(".dist-info/METADATA")), None)
        text = wheel.read(name).decode(errors="replace") if name else ""
    told = email.parser.HeaderParser().parsestr(text)
    if told["License-Expression"]:
        return {"expression": told["License-Expression"]}
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    named = (classified or [str(told["License"] or "").strip().partition("\n")[0]])[0][:MOST_NAME]
    return {"license": {"name": named}} if named else None
