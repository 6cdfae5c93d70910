"""Addresses of objects in clouds by the schemes of their own clients: `wasbs://`, `abfss://` and `s3://`.

The data store of the project that points at the same container gives its secrets; where there is none, the container
is read without any, as public ones can be."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.datastores.fetching import Place, at_address, place_of
from mlops.datastores.models import Datastore
from mlops.formats.refusal import Refusal, Where

BUCKETS = ("wasbs://", "wasb://", "abfss://", "abfs://", "s3://")
HOST = (
    r"(?P<account>[a-z0-9]{3,24})\.(?:blob|dfs)\."
    r"(?P<host>core\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net))"
)
CONTAINER_FIRST = re.compile(rf"(?:wasbs?|abfss?)://(?P<container>[^@/]+)@{HOST}(?P<at>/.*)?", re.DOTALL)
ACCOUNT_FIRST = re.compile(rf"(?:wasbs?|abfss?)://{HOST}/(?P<container>[^@/]+)(?P<at>/.*)?", re.DOTALL)
"""As some people write it."""
S3 = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?P<at>/.*)?", re.DOTALL)
AZURE_KINDS = ("azure_blob", "azure_data_lake_gen2")


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    settings: dict[str, str]
    at: str


def is_bucket(text: str) -> bool:
    return text.startswith(BUCKETS)


def parsed(text: str) -> Bucket:
    """Raises Refusal `reference_invalid`."""
    if found := S3.fullmatch(text):
        return Bucket(kind="s3", settings={"bucket": found["bucket"]}, at=_path(text, found["at"]))
    found = CONTAINER_FIRST.fullmatch(text) or ACCOUNT_FIRST.fullmatch(text)
    if found is None:
        raise Refusal(
            "reference_invalid",
            _("“%(address)s” is no address of a container.") % {"address": text[:200]},
            hint=_("Such as wasbs://CONTAINER@ACCOUNT.blob.core.windows.net/folder/file.csv, or s3://BUCKET/folder/."),
            status=422,
            where=Where(value=text[:200]),
        )
    settings = {"account_name": found["account"], "container_name": found["container"]}
    if found["host"] != "core.windows.net":
        settings["endpoint"] = found["host"]
    return Bucket(kind="azure_blob", settings=settings, at=_path(text, found["at"]))


def place_at(project: Project, text: str) -> Place:
    """Raises Refusal `reference_invalid`, `path_outside`."""
    bucket = parsed(text)
    store = _store_of(project, bucket)
    if store is not None:
        return place_of(store, bucket.at)
    if bucket.kind == "azure_blob" and "." in bucket.at.rpartition("/")[2] and not set(bucket.at) & set("*?"):
        return at_address(_of_the_web(bucket))
    return Place(kind=bucket.kind, settings=bucket.settings, at=bucket.at)


def _of_the_web(bucket: Bucket) -> str:
    """Of one public file, for which no client of the cloud is needed."""
    told = bucket.settings
    host = f"{told['account_name']}.blob.{told.get('endpoint', 'core.windows.net')}"
    return f"https://{host}/{quote(told['container_name'])}/{quote(bucket.at)}"


def _store_of(project: Project, bucket: Bucket) -> Datastore | None:
    """The default one before others."""
    kinds = AZURE_KINDS if bucket.kind == "azure_blob" else (bucket.kind,)
    rows = Datastore.objects.filter(project=project, kind__in=kinds).order_by("-is_default", "name")
    wanted = _container(bucket.settings)
    return next((row for row in rows if not row.settings.get("prefix") and _container(row.settings) == wanted), None)


def _container(settings: dict[str, str]) -> tuple[str, str]:
    container = settings.get("bucket") or settings.get("container_name") or settings.get("filesystem") or ""
    return settings.get("account_name", ""), container


def _path(text: str, at: str | None) -> str:
    path = unquote(at or "").strip("/")
    if ".." in path.split("/"):
        message = _("“%(address)s” leads out of the container.") % {"address": text[:200]}
        raise Refusal("path_outside", message, status=422, where=Where(value=text[:200]))
    return path
