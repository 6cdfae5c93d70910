"""Deployments on devices: makes what a device needs; the devices fetch it themselves, so nothing runs here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops import env
from mlops.blobs.trees import keep_file
from mlops.deployments.folders import lay_out
from mlops.deployments.models import Deployment, DeploymentRevision
from mlops.deployments.python import requirements_of
from mlops.deployments.targets import Availability
from mlops.deployments.targets.iot_edge.options import read_options
from mlops.deployments.targets.observed import Observed
from mlops.formats.azureml.environment import without_azure
from mlops.formats.bundle import BundleManifest
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where
from mlops.formats.serving import SERVING_FILE, Serving
from mlops.packaging.bundles.archive import write_bundle
from mlops.packaging.bundles.signing import public_key, sign
from mlops.packaging.bundles.wheels import site_folder
from mlops.packaging.images import packages
from mlops.packaging.images.locks import Wanted
from mlops.registry.reading import describe


class IotEdgeTarget:
    is_scaled_here = False

    def available(self, options: Mapping[str, Any]) -> Availability:
        return Availability(is_usable=True)

    def check(self, wanted: DeploymentSettings) -> None:
        read_options(wanted.target_options)
        if wanted.gpus or set(wanted.providers) - {"cpu"}:
            hint = _("Leave the execution providers out, or use an image of your own through Azure IoT Edge.")
            raise _refused("providers", _("A bundle scores with the device's processor."), hint)
        if wanted.scale is not None or wanted.instances != 1:
            name = "instances" if wanted.instances != 1 else "scale"
            raise _refused(name, _("Each device runs one server."), _("Leave the number of servers out."))

    def prepare(self, deployment: Deployment, *, beat: Callable[[], None], say: Callable[[str], None]) -> None:
        options = read_options(deployment.wanted.target_options)
        say("Its folder is being laid out.")
        serving = lay_out(deployment, beat=beat, is_local=False)
        wanted, python = _packages(deployment, serving), options.python
        bundles = {}
        for platform in options.platforms:
            say(f"The packages for {platform} are being fetched.")
            site = site_folder(
                wanted,
                platform=platform,
                python=python,
                cache=Path(settings.DATA_DIR) / "device-packages",
                beat=beat,
            )
            say(f"The bundle for {platform} is being written.")
            bundles[platform] = _bundle(deployment, platform, python, serving=serving, site=site, beat=beat)
        placing = {"serial": deployment.revision, "bundles": bundles}
        Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision).update(placing=placing)
        deployment.refresh_from_db(fields=["placing", "revision"])

    def apply(self, deployment: Deployment) -> None:
        """Devices ask for themselves."""

    def observe(self) -> dict[tuple[str, int], Observed]:
        """What is made is ready to be fetched; how devices are is in their reports."""
        observed = {}
        for row in Deployment.objects.filter(target="iot_edge"):
            revisions = {row.revision: row.placing, row.ready_revision: row.ready_placing}
            for revision, placing in revisions.items():
                if revision is not None and placing is not None:
                    observed[(str(row.pk), revision)] = Observed(state="ready")
        return observed

    def remove(self) -> None:
        """Bundles are in the store, by content."""

    def logs(self, deployment: Deployment, *, lines: int) -> list[str]:
        return ["Devices keep their logs; the errors that they report are on the deployment's page “Devices”."]


def folder_name(deployment: Deployment) -> str:
    """Of the folder that a bundle unpacks to."""
    return f"{deployment.endpoint.name}-{deployment.name}".lower()


def _packages(deployment: Deployment, serving: Path) -> Wanted:
    manifest = describe(deployment.version.tree_id).manifest
    chosen, _dropped = without_azure(deployment.wanted.requirements)
    named = (chosen if chosen.is_own else requirements_of(deployment, serving / "model")).packages
    is_pipeline = bool(manifest and manifest.pipeline)
    return packages.wanted(deployment.entry, serving, own=named, is_pipeline=is_pipeline)


def _bundle(
    deployment: Deployment, platform: str, python: str, *, serving: Path, site: Path, beat: Callable[[], None]
) -> dict[str, Any]:
    golden = len(msgspec.json.decode((serving / SERVING_FILE).read_bytes(), type=Serving).golden)
    manifest = _manifest(deployment, platform, python, golden=golden)
    with tempfile.TemporaryDirectory(prefix="mlops-bundle-", dir=settings.DATA_DIR) as folder:
        archive = Path(folder) / "bundle.tar.gz"
        write_bundle(
            manifest,
            archive,
            name=folder_name(deployment),
            serving=serving,
            site=site,
            entry=deployment.entry,
            sign=sign,
            beat=beat,
        )
        blob = keep_file(archive)
        return {"digest": blob.digest, "size_bytes": archive.stat().st_size}


def _manifest(deployment: Deployment, platform: str, python: str, *, golden: int) -> BundleManifest:
    made = DeploymentRevision.objects.get(deployment=deployment, number=deployment.revision).created_at
    return BundleManifest(
        serial=deployment.revision,
        deployment_id=str(deployment.pk),
        project=deployment.endpoint.project.slug,
        endpoint=deployment.endpoint.name,
        deployment=deployment.name,
        revision=deployment.revision,
        model=str(deployment.version),
        platform=platform,
        python=python,
        created_at=made.isoformat(timespec="seconds"),
        server=env.read("MLOPS_URL").rstrip("/"),
        golden=golden,
        public_key=public_key(),
        files={},
    )


def _refused(name: str, message: str, hint: str) -> Refusal:
    return Refusal("not_on_devices", message, hint=hint, where=Where(parameter=name))
