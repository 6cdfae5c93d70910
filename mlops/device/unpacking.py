"""A downloaded bundle, laid out and checked before anything of it is run."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path, PurePosixPath

import msgspec

from mlops.device.verify import problem
from mlops.formats.bundle import MANIFEST_FILE, BundleManifest
from mlops.formats.refusal import Refusal

MOST_BYTES = 20 * 1024**3


def read_manifest(folder: Path) -> BundleManifest:
    """Raises Refusal `no_bundle`."""
    try:
        return msgspec.json.decode((folder / MANIFEST_FILE).read_bytes(), type=BundleManifest)
    except (OSError, msgspec.DecodeError) as error:
        raise Refusal("no_bundle", f"{folder} is no bundle: {error}.", hint="Unpack the bundle again.") from None


def unpack(archive: Path, versions: Path, *, key: str, running: BundleManifest) -> Path:
    """The folder of the new bundle. Raises Refusal where it is not signed with `key`, not for this device's
    deployment and platform, or not newer than the one that runs."""
    draft = versions / ".draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _extract(archive, draft)
        folder = next(iter(sorted(draft.iterdir())), draft)
        wrong = problem(str(folder), key)
        if wrong:
            raise Refusal("bundle_untrusted", f"The new bundle is not what was signed: {wrong}.")
        _check_fits(read_manifest(folder), running)
        target = versions / str(read_manifest(folder).serial)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
        return target
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check_fits(new: BundleManifest, running: BundleManifest) -> None:
    ours = (running.deployment_id, running.platform, running.python)
    if (new.deployment_id, new.platform, new.python) != ours:
        told = f"{new.endpoint}/{new.deployment} for {new.platform}, Python {new.python}"
        raise Refusal("bundle_unfit", f"The new bundle is another one's: {told}.")
    if new.serial <= running.serial:
        raise Refusal("bundle_old", f"The new bundle ({new.serial}) is not newer than the running ({running.serial}).")


def _extract(archive: Path, folder: Path) -> None:
    """Plain files and folders only, all of them below `folder`."""
    size = 0
    try:
        with tarfile.open(archive, "r:*") as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                size += member.size
                if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
                    raise Refusal("bundle_unsafe", f"The archive holds {member.name}, which no bundle does.")
                if size > MOST_BYTES:
                    raise Refusal("bundle_unsafe", f"The archive holds more than {MOST_BYTES} bytes.")
                if member.isdir():
                    (folder / path).mkdir(parents=True, exist_ok=True)
                    continue
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                source = tar.extractfile(member)
                assert source is not None
                with source, (folder / path).open("wb") as file:
                    shutil.copyfileobj(source, file)
                (folder / path).chmod(0o755 if member.mode & 0o100 else 0o644)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Refusal("bundle_unreadable", f"The archive cannot be unpacked: {error}.") from None
