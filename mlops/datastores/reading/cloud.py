"""Buckets and containers through fsspec, whose parts for S3 and Azure are extras of the product."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlops.datastores.reading.order import Order, Seen, nothing_there, require_room
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

EXTRAS = {"s3": ("s3fs", "s3"), "azure_blob": ("adlfs", "azure"), "azure_data_lake_gen2": ("adlfs", "azure")}


def look(order: Order) -> list[Seen]:
    return [seen for _full, seen in _found(_opened(order), order)]


def fetch(order: Order) -> list[Seen]:
    files = _opened(order)
    found = _found(files, order)
    target = Path(order.path)
    for full, seen in found:
        place = (target / seen.path).resolve()
        if not place.is_relative_to(target.resolve()):
            raise Refusal(
                "unsafe_path", _("The object “%(path)s” leads out of its folder.") % {"path": seen.path}, status=422
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        _told(lambda full=full, place=place: files.get_file(full, str(place)), order)
    return [seen for _full, seen in found]


def _opened(order: Order) -> Any:
    module, extra = EXTRAS[order.kind]
    import importlib

    try:
        importlib.import_module(module)
    except ImportError as error:
        raise Refusal(
            "extra_missing",
            _("Data stores of the type %(kind)s need the package %(module)s, which is not installed on the server.")
            % {"kind": order.kind, "module": module},
            hint=_("Install the product with its extra: pip install 'mlops-studio[%(extra)s]'.") % {"extra": extra},
            status=501,
        ) from error
    import fsspec

    return fsspec.filesystem("s3", **_s3(order)) if order.kind == "s3" else fsspec.filesystem("abfs", **_azure(order))


def _s3(order: Order) -> dict[str, Any]:
    secrets, told = order.secrets, order.settings
    client = {"region_name": told["region"]} if "region" in told else {}
    if not secrets.get("access_key_id"):
        return {
            "anon": True,
            "endpoint_url": told.get("endpoint"),
            "client_kwargs": client,
            "skip_instance_cache": True,
        }
    return {
        "key": secrets["access_key_id"],
        "secret": secrets.get("secret_access_key", ""),
        "token": secrets.get("session_token"),
        "endpoint_url": told.get("endpoint"),
        "client_kwargs": client,
        "skip_instance_cache": True,
    }


def _azure(order: Order) -> dict[str, Any]:
    secrets, told = order.secrets, order.settings
    options: dict[str, Any] = {"account_name": told["account_name"], "skip_instance_cache": True}
    for name in ("account_key", "sas_token", "client_secret"):
        if name in secrets:
            options[name] = secrets[name]
    options |= {name: told[name] for name in ("tenant_id", "client_id") if name in told}
    if not secrets:
        options["anon"] = True
    if "endpoint" in told:
        options["account_host"] = f"{told['account_name']}.blob.{told['endpoint'].removeprefix('https://')}"
    return options


def _found(files: Any, order: Order) -> list[tuple[str, Seen]]:
    """Full name and what is seen of it, the path from the asked folder on."""
    told = order.settings
    root = told.get("bucket") or told.get("container_name") or told.get("filesystem") or ""
    root = f"{root}/{told['prefix'].strip('/')}" if told.get("prefix") else root
    at = f"{root}/{order.at.strip('/')}".rstrip("/")
    if "*" in at or "?" in at:
        rows: dict[str, Any] = _told(lambda: files.glob(at, detail=True), order)
        fixed = at[: min(place for place in (at.find("*"), at.find("?")) if place >= 0)]
        base = fixed.rpartition("/")[0]
    else:
        rows = _told(lambda: files.find(at, detail=True), order)
        base = at if list(rows) != [at] else at.rpartition("/")[0]
    found = []
    for full, row in sorted(rows.items()):
        if row.get("type") == "file" and not full.endswith("/"):
            path = full[len(base) :].lstrip("/")
            found.append((full, Seen(path=path, size_bytes=int(row.get("size") or 0), mark=_mark(row))))
    if not found:
        raise nothing_there(order)
    require_room(order, len(found), sum(seen.size_bytes for _full, seen in found))
    return found


def _mark(row: dict[str, Any]) -> str:
    return str(row.get("ETag") or row.get("etag") or row.get("LastModified") or row.get("last_modified") or "").strip(
        '"'
    )


def _told(act: Any, order: Order) -> Any:
    """What the library raises, as a refusal that holds no secret."""
    try:
        return act()
    except FileNotFoundError as error:
        raise nothing_there(order) from error
    except Refusal:
        raise
    except PermissionError as error:
        raise Refusal(
            "datastore_denied",
            _("The %(kind)s store does not let us in: %(short)s") % {"kind": order.kind, "short": _short(error, order)},
            hint=_("Check the credentials and what they may read: `mlops datastore create` changes them."),
            status=422,
        ) from error
    except Exception as error:
        raise Refusal(
            "datastore_unreachable",
            _("The %(kind)s store does not answer as it should: %(short)s")
            % {"kind": order.kind, "short": _short(error, order)},
            hint=_("Check its address, name and credentials."),
            status=502,
            where=Where(value=order.at[:200]),
        ) from error


def _short(error: BaseException, order: Order) -> str:
    text = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    for secret in order.secrets.values():
        text = text.replace(secret, "•••") if secret else text
    return text
