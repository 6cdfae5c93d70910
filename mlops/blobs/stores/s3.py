"""Blobs as objects of an S3-compatible bucket, named by their digest, with the ones used last on this machine's disk.

Removal and keeping exclude each other by order alone, since buckets are strongly consistent and know no locks. Who
removes leaves a mark, looks at the time of the object again, and removes it; who keeps bytes writes or touches the
object, and then looks for a mark and, after it, for the object. Whichever of the two comes first, the other sees it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import parse_qs, urlparse

from mlops.blobs.stores.arriving import CHUNK_BYTES, arrived
from mlops.blobs.stores.cache import Cache
from mlops.blobs.stores.pieces import Pieces
from mlops.blobs.stores.remote import Remote
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

PART_BYTES = 64 * 1024 * 1024
MOST_COPIED_BYTES = 5 * 1024**3
"""What S3 copies by one call."""
TOUCHED_SECONDS = 60.0
"""An object that is younger is touched already."""
REMOVAL_SECONDS = 600.0
"""A mark that is older was left by a process that died."""
AT_ONCE, ATTEMPTS = 16, 5
STREAMED_BYTES = 256 * 1024 * 1024
"""What is larger is read by ranges, unless it is on this machine anyway."""
MISSING = ("404", "NoSuchKey", "NotFound")


class Place(NamedTuple):
    """From `s3://bucket/prefix?endpoint=https://host&region=eu-central-1`."""

    bucket: str
    prefix: str
    endpoint: str
    region: str


def place_of(url: str) -> Place:
    """Raises Refusal `storage_unknown`."""
    parts = urlparse(url)
    asked = parse_qs(parts.query)
    unknown = sorted(set(asked) - {"endpoint", "region"})
    if parts.scheme != "s3" or not parts.hostname or unknown:
        cause = f"it has {', '.join(unknown)}" if unknown else "it names no bucket"
        raise Refusal(
            "storage_unknown",
            _("MLOPS_STORAGE_URL is no address of a bucket: %(cause)s.") % {"cause": cause},
            hint=_("Write s3://bucket/prefix, with ?endpoint=https://host where it is not Amazon's."),
        )
    prefix = parts.path.strip("/")
    found = {name: values[-1] for name, values in asked.items()}
    where = f"{prefix}/" if prefix else ""
    return Place(parts.netloc, where, found.get("endpoint", ""), found.get("region", ""))


class S3Store:
    def __init__(self, place: Place, *, folder: Path, cache_bytes: int) -> None:
        """`folder`: on this machine, for what is on its way and for what was used last."""
        self.beside = folder / "incoming"
        self.beside.mkdir(parents=True, exist_ok=True)
        self._place = place
        self.name, self.prefix = place.bucket, place.prefix
        self.pieces: Pieces | None = Pieces(self)
        self._cache = Cache(folder / "cache", most_bytes=cache_bytes)

    def prepare(self) -> None:
        """Only a storage of one's own, which an endpoint names: whoever pays for a bucket makes it."""
        from botocore.exceptions import ClientError

        try:
            self._client.head_bucket(Bucket=self._place.bucket)
        except ClientError as error:
            if self._place.endpoint and error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                self._client.create_bucket(Bucket=self._place.bucket)

    def put(self, source: BinaryIO) -> tuple[str, int]:
        with arrived(source, self.beside) as one:
            self._keep(one.path, one.digest)
        return one.digest, one.size_bytes

    def take_over(self, path: Path, digest: str) -> None:
        self._keep(path, digest)

    @contextmanager
    def together(self) -> Iterator[Callable[[BinaryIO], tuple[str, int]]]:
        """Many small files are sent side by side."""
        sent: list[Future[None]] = []
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="blobs") as threads:

            def put(source: BinaryIO) -> tuple[str, int]:
                with arrived(source, self.beside) as one:
                    if one.size_bytes >= CHUNK_BYTES:
                        self._keep(one.path, one.digest)
                    else:
                        sent.append(threads.submit(self._keep_or_drop, one.path, one.digest))
                return one.digest, one.size_bytes

            yield put
        for one in sent:
            one.result()

    def open(self, digest: str) -> BinaryIO:
        if (path := self._cache.find(digest)) is None:
            size = self._head(digest)
            if size is None:
                raise FileNotFoundError(f"The bucket {self._place.bucket} has no object {self._key(digest)}.")
            if size["ContentLength"] > STREAMED_BYTES:
                return BufferedReader(Remote(self._range, digest, size["ContentLength"]), 8 * CHUNK_BYTES)
            path = self._brought(digest)
        return path.open("rb")

    def exists(self, digest: str, *, size_bytes: int | None = None) -> bool:
        head = self._head(digest)
        return head is not None and size_bytes in (None, head["ContentLength"])

    def fetch(self, digest: str, target: str) -> None:
        self._cache.link(self._cache.find(digest) or self._brought(digest), Path(target))

    def delete(self, digest: str) -> None:
        self.ask("delete_object", Key=self._key(digest))
        self._cache.forget(digest)

    def delete_untouched(self, digest: str, *, since: float) -> bool:
        mark = self._mark(digest)
        marked = self.ask("put_object", Key=mark, Body=b"")
        there, here = parsedate_to_datetime(marked["ResponseMetadata"]["HTTPHeaders"]["date"]), time.time()
        try:
            found = self._head(digest)
            if found is not None:
                age = there - found["LastModified"]  # both by the clock of the bucket, in whole seconds
                if age.total_seconds() <= here - since + 1:
                    return False
            self.delete(digest)
        finally:
            self.ask("delete_object", Key=mark)
        return True

    def listed(self) -> Iterator[tuple[str, float]]:
        for key, at in self.listed_below(f"{self._place.prefix}blobs/"):
            folder, _slash, rest = key.rpartition("/")
            yield folder[-2:] + rest, at

    def listed_below(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Keys, each with the Unix time at which its object was written."""
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._place.bucket, Prefix=prefix):
            for one in page.get("Contents", ()):
                yield one["Key"], one["LastModified"].timestamp()

    @cached_property
    def _client(self) -> Any:
        """Each process makes its own: the name and the secret come from the environment, as all programs take them."""
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise Refusal(
                "extra_missing",
                _("MLOPS_STORAGE_URL names a bucket, and boto3 is not installed."),
                hint=_("Install it with: pip install 'mlops-studio[s3]'"),
            ) from None
        retries: Any = {"max_attempts": ATTEMPTS, "mode": "standard"}
        style: Any = {"addressing_style": "path"} if self._place.endpoint else {}
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self._place.endpoint or None,
            region_name=self._place.region or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
            config=Config(retries=retries, s3=style, max_pool_connections=2 * AT_ONCE, connect_timeout=5),
        )

    def _keep(self, path: Path, digest: str) -> None:
        """Sends the file, unless it is there, and makes it the one on this machine."""
        self.keep_by(digest, lambda _key: self._send(path, digest))
        self._cache.adopt(path, digest)

    def keep_by(self, digest: str, write: Callable[[str], None]) -> None:
        """`write(key)` makes the object, unless it is there. Raises Refusal `storage_failing`."""
        for _attempt in range(ATTEMPTS):
            if not self._touch(digest):
                write(self._key(digest))
            self._wait_for_removal(digest)
            if self._head(digest) is not None:
                return
        raise Refusal(
            "storage_failing",
            _("The bucket %(bucket)s does not keep what is written to it.") % {"bucket": self._place.bucket},
            hint=_("Look whether a rule of the bucket removes objects."),
            status=503,
        )

    def _keep_or_drop(self, path: Path, digest: str) -> None:
        try:
            self._keep(path, digest)
        finally:
            path.unlink(missing_ok=True)

    def _send(self, path: Path, digest: str) -> None:
        from boto3.exceptions import Boto3Error
        from boto3.s3.transfer import TransferConfig
        from botocore.exceptions import BotoCoreError

        parts = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=4)
        more = {"ChecksumAlgorithm": "SHA256"}  # each part is checked where it arrives
        try:
            self._client.upload_file(str(path), self._place.bucket, self._key(digest), ExtraArgs=more, Config=parts)
        except (Boto3Error, BotoCoreError) as error:
            raise self._refused(error) from error

    def _touch(self, digest: str) -> bool:
        """Whether it is there, and will count as new."""
        found = self._head(digest)
        if found is None:
            return False
        if time.time() - found["LastModified"].timestamp() < TOUCHED_SECONDS:
            return True
        if found["ContentLength"] > MOST_COPIED_BYTES:
            return False  # it is written again
        key = self._key(digest)
        source = {"Bucket": self._place.bucket, "Key": key}
        try:
            self.ask("copy_object", Key=key, CopySource=source, MetadataDirective="REPLACE")
        except FileNotFoundError:
            return False
        return True

    def _wait_for_removal(self, digest: str) -> None:
        mark = self._mark(digest)
        while (found := self._head_of(mark)) is not None:
            if time.time() - found["LastModified"].timestamp() > REMOVAL_SECONDS:
                self.ask("delete_object", Key=mark)
                return
            time.sleep(0.2)

    def _brought(self, digest: str) -> Path:
        """Now on this machine. Raises FileNotFoundError, or Refusal `blob_damaged` where it holds other bytes."""
        with arrived(self._got(digest), self.beside) as found:
            if found.digest != digest:
                raise Refusal(
                    "blob_damaged",
                    _("The object %(key)s of the bucket %(bucket)s holds other bytes than it did.")
                    % {"key": self._key(digest), "bucket": self._place.bucket},
                    hint=_("Restore it from a backup; `mlops backup --verify` names all that are damaged."),
                    status=500,
                )
            return self._cache.adopt(found.path, digest)

    def _range(self, digest: str, start: int, count: int) -> bytes:
        return bytes(self._got(digest, Range=f"bytes={start}-{start + count - 1}").read())

    def _got(self, digest: str, **more: str) -> Any:
        return self.ask("get_object", Key=self._key(digest), **more)["Body"]

    def _head(self, digest: str) -> Any:
        return self._head_of(self._key(digest))

    def _head_of(self, key: str) -> Any:
        """None where there is no such object."""
        try:
            return self.ask("head_object", Key=key)
        except FileNotFoundError:
            return None

    def ask(self, act: str, **told: Any) -> Any:
        """Raises FileNotFoundError where there is no such object, and Refusal where the bucket does not answer so."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._client, act)(Bucket=self._place.bucket, **told)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code", "") in MISSING:
                raise FileNotFoundError(f"The bucket {self._place.bucket} has no object {told.get('Key')}.") from None
            raise self._refused(error) from error
        except BotoCoreError as error:
            raise self._refused(error) from error

    def _refused(self, error: Exception) -> Refusal:
        return Refusal(
            "storage_unreachable",
            _("The bucket %(bucket)s of MLOPS_STORAGE_URL does not answer: %(error)s")
            % {"bucket": self._place.bucket, "error": error},
            hint=_("Look whether the address, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are right; then try again."),
            status=503,
        )

    def _key(self, digest: str) -> str:
        return f"{self._place.prefix}blobs/{digest[:2]}/{digest[2:]}"

    def _mark(self, digest: str) -> str:
        return f"{self._place.prefix}removing/{digest}"
