"""Addresses of the form azureml://datastores/NAME/paths/…, and what lies in the product's own storage."""

from __future__ import annotations

import re
from urllib.parse import unquote

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_manifest, manifest_of
from mlops.datastores.kinds import OWN
from mlops.datastores.models import OwnPath
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal, Where, nearest

STORES = "azureml://datastores/"
ADDRESS = re.compile(r"azureml://datastores/(?P<store>[^/]+)/(?P<part>paths|query)(?:/(?P<at>.*))?", re.DOTALL)
QUERY = "query:"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    store: str
    at: str
    """A path, or `query:` with a query of a database."""

    @property
    def is_own(self) -> bool:
        return self.store in OWN


def parsed(text: str) -> Address:
    """Raises Refusal `reference_invalid`."""
    match = ADDRESS.fullmatch(text)
    if match is None:
        raise Refusal(
            "reference_invalid",
            _("“%(address)s” is no address of a data store.") % {"address": text[:200]},
            hint=_(
                "Such as azureml://datastores/NAME/paths/folder/file.csv, or azureml://datastores/NAME/query/SELECT …"
            ),
            status=422,
            where=Where(value=text[:200]),
        )
    at = unquote(match["at"] or "")
    if match["part"] == "query":
        return Address(store=match["store"], at=f"{QUERY}{at}")
    if any(part == ".." for part in at.split("/")):
        message = _("“%(address)s” leads out of the data store.") % {"address": text[:200]}
        raise Refusal("path_outside", message, status=422, where=Where(value=text[:200]))
    return Address(store=match["store"], at=at.strip("/"))


def put_own(project: Project, path: str, tree: Tree) -> OwnPath:
    """Keeps what was written to a path of the own storage; the last one to write there wins."""
    return OwnPath.objects.update_or_create(project=project, path=path.strip("/"), defaults={"tree": tree})[0]


def own_tree(project: Project, path: str) -> Tree:
    """What lies at a path of the own storage: what was written there, above it or below it.

    Raises Refusal `path_unknown`."""
    path = path.strip("/")
    found: dict[str, File] = {}
    for row in OwnPath.objects.filter(project=project).order_by("written_at").select_related("tree"):
        if not _touch(row.path, path):
            continue
        for file in manifest_of(row.tree_id).files:
            full = f"{row.path}/{file.path}".strip("/")
            inner = _below(full, path)
            if inner is not None:
                found[inner] = File(path=inner, digest=file.digest, size_bytes=file.size_bytes)
    if not found:
        known = OwnPath.objects.filter(project=project).values_list("path", flat=True)[:500]
        raise Refusal(
            "path_unknown",
            _("Nothing was written to “%(path)s” of the product's own storage.") % {"path": path[:200]},
            hint=nearest(path, known)
            or _(
                "Register files by `mlops data create --name NAME --path PATH` and write azureml:NAME@latest; outputs "
                "of jobs are azureml://jobs/NAME/outputs/OUTPUT."
            ),
            status=404,
            where=Where(value=path[:200]),
        )
    return keep_manifest(Manifest(files=tuple(found[name] for name in sorted(found))))


def _touch(written: str, asked: str) -> bool:
    return not asked or written == asked or written.startswith(f"{asked}/") or asked.startswith(f"{written}/")


def _below(full: str, asked: str) -> str | None:
    if full == asked:
        return full.rpartition("/")[2]
    prefix = f"{asked}/" if asked else ""
    return full[len(prefix) :] if full.startswith(prefix) else None
