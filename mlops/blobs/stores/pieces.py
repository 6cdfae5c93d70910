"""Pieces of files that are on their way into a bucket: objects of their own, so that any process of any machine takes
the next one, and none needs room for the whole. They become a blob where they are, without coming back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Protocol

COPIED_BYTES = 5 * 1024**2
"""A smaller piece, unless it is the last, is no part of an object by itself: then all are written anew."""
MOST_PARTS = 10_000
READ_BYTES = 1024 * 1024
READ_ANEW_BYTES = 64 * 1024 * 1024


class Bucket(Protocol):
    """What is needed of the store. `ask` calls S3 with the bucket's name. All raise Refusal where nobody answers."""

    name: str
    prefix: str

    def ask(self, act: str, **told: Any) -> Any: ...

    def listed_below(self, prefix: str) -> Iterator[tuple[str, float]]: ...

    def keep_by(self, digest: str, write: Callable[[str], None]) -> None:
        """`write(key)` makes the object, unless it is there."""
        ...


class Pieces:
    """A piece's name is its caller's: `ID/…`, each ID with pieces of one file."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def keep(self, name: str, content: bytes) -> None:
        self._bucket.ask("put_object", Key=self._key(name), Body=content, ChecksumAlgorithm="SHA256")

    def keep_file(self, name: str, file: BinaryIO) -> None:
        self._bucket.ask("put_object", Key=self._key(name), Body=file, ChecksumAlgorithm="SHA256")

    def exists(self, name: str) -> bool:
        try:
            self._bucket.ask("head_object", Key=self._key(name))
        except FileNotFoundError:
            return False
        return True

    def digest(self, names: Iterable[str]) -> tuple[str, list[int]]:
        """SHA-256 of all together, and the size of each. Raises FileNotFoundError."""
        digest, sizes = hashlib.sha256(), []
        for name in names:
            size = 0
            for chunk in self._read(name):
                digest.update(chunk)
                size += len(chunk)
            sizes.append(size)
        return digest.hexdigest(), sizes

    def become(self, digest: str, names: Sequence[str], sizes: Sequence[int]) -> None:
        """The blob of that digest. The pieces stay until they are discarded."""
        if len(names) == 1 and sizes[0] < COPIED_BYTES:
            self._bucket.keep_by(digest, lambda key: self._copy(key, names[0]))
        else:
            self._bucket.keep_by(digest, lambda key: self._join(key, names, sizes))

    def discard(self, names: Sequence[str]) -> None:
        for start in range(0, len(names), 1000):
            objects = [{"Key": self._key(name)} for name in names[start : start + 1000]]
            self._bucket.ask("delete_objects", Delete={"Objects": objects, "Quiet": True})

    def listed(self, below: str) -> Iterator[tuple[str, float]]:
        """Names that begin so, each with the Unix time at which it was written."""
        root = self._key("")
        for key, at in self._bucket.listed_below(root + below):
            yield key.removeprefix(root), at

    def _copy(self, key: str, name: str) -> None:
        content = b"".join(self._read(name))
        self._bucket.ask("put_object", Key=key, Body=content, ChecksumAlgorithm="SHA256")

    def _join(self, key: str, names: Sequence[str], sizes: Sequence[int]) -> None:
        upload = self._bucket.ask("create_multipart_upload", Key=key)["UploadId"]
        is_copied = len(names) <= MOST_PARTS and all(size >= COPIED_BYTES for size in sizes[:-1])
        try:
            marks = self._copied(key, upload, names) if is_copied else self._written(key, upload, names)
            told = {"Parts": [{"PartNumber": number, "ETag": mark} for number, mark in enumerate(marks, start=1)]}
            self._bucket.ask("complete_multipart_upload", Key=key, UploadId=upload, MultipartUpload=told)
        except BaseException:
            self._bucket.ask("abort_multipart_upload", Key=key, UploadId=upload)
            raise

    def _copied(self, key: str, upload: str, names: Sequence[str]) -> list[str]:
        return [
            self._bucket.ask(
                "upload_part_copy", Key=key, UploadId=upload, PartNumber=number, CopySource=self._source(name)
            )["CopyPartResult"]["ETag"]
            for number, name in enumerate(names, start=1)
        ]

    def _written(self, key: str, upload: str, names: Sequence[str]) -> list[str]:
        marks: list[str] = []
        buffer = io.BytesIO()
        for name in names:
            for chunk in self._read(name):
                buffer.write(chunk)
                if buffer.tell() >= READ_ANEW_BYTES:
                    marks.append(self._part(key, upload, len(marks) + 1, buffer.getvalue()))
                    buffer = io.BytesIO()
        if buffer.tell() or not marks:
            marks.append(self._part(key, upload, len(marks) + 1, buffer.getvalue()))
        return marks

    def _part(self, key: str, upload: str, number: int, content: bytes) -> str:
        mark: str = self._bucket.ask("upload_part", Key=key, UploadId=upload, PartNumber=number, Body=content)["ETag"]
        return mark

    def _read(self, name: str) -> Iterator[bytes]:
        body = self._bucket.ask("get_object", Key=self._key(name))["Body"]
        while chunk := body.read(READ_BYTES):
            yield chunk

    def _source(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket.name, "Key": self._key(name)}

    def _key(self, name: str) -> str:
        return f"{self._bucket.prefix}pieces/{name}"
