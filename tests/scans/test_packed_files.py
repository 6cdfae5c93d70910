"""Pickles within something else, and things that are packed to tire whoever looks."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
import zipfile

import numpy as np
import pytest

from tests.scans.pickled import attack, looked_at, whats


def zipped(files: dict[str, bytes], *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def test_a_file_of_torch_is_a_zip_with_a_pickle():
    found = looked_at(zipped({"archive/data.pkl": attack(2), "archive/data/0": bytes(64)}, how=zipfile.ZIP_STORED))
    assert [(one.verdict, one.inside) for one in found.findings] == [("dangerous", "archive/data.pkl")]


def test_tensors_of_torch_are_safe():
    tensor = (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
        b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQK\x00K\x04\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR."
    )
    assert looked_at(zipped({"archive/data.pkl": tensor, "archive/data/0": bytes(16)})).verdict == "safe"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_archives_within_archives_are_looked_into(pack):
    inner = pack({"model.bin": gzip.compress(attack())})
    found = looked_at(zipped({"a/inner.dat": inner}))
    assert [(one.verdict, one.inside) for one in found.findings] == [("dangerous", "a/inner.dat/model.bin")]


def test_a_zip_behind_something_else_is_looked_into():
    assert looked_at(b"#!/bin/sh\n" + zipped({"a.pkl": attack()})).verdict == "dangerous"


def test_a_zip_whose_list_is_broken_is_suspicious():
    assert looked_at(zipped({"a.pkl": attack()})[:-30]).verdict == "suspicious"


def test_an_encrypted_file_is_suspicious():
    content = bytearray(zipped({"a.pkl": attack()}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert whats(looked_at(bytes(content))) == {"encrypted file"}


@pytest.mark.parametrize("sign", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"])
def test_archives_that_are_not_looked_into_say_so(sign):
    assert looked_at(sign + bytes(100)).verdict == "suspicious"


def test_a_bomb_ends_at_the_limit():
    bomb = gzip.compress(pickle.dumps(bytes(30_000_000)))
    assert whats(looked_at(bomb, unpacked_bytes=10_000_000)) == {"too much to look through"}


def test_what_is_packed_into_itself_without_end_ends():
    content = attack()
    for _ in range(8):
        content = gzip.compress(content)
    assert whats(looked_at(content)) == {"too much to look through"}


def test_what_takes_too_long_ends():
    endless = b"\x80\x04" + b"N0" * 3_000_000 + b"N."
    assert whats(looked_at(endless, seconds=0.0)) == {"too much to look through"}


def test_a_lambda_layer_of_keras_is_suspicious():
    layer = json.dumps({"class_name": "Lambda", "config": {}}).encode()
    assert whats(looked_at(zipped({"config.json": layer}))) == {"Keras Lambda layer"}
    assert whats(looked_at(b"\x89HDF\r\n\x1a\n" + bytes(99) + layer)) == {"Keras Lambda layer"}


def test_classes_of_skops_are_judged_as_those_of_pickles():
    safe = {"__module__": "sklearn.svm._classes", "__class__": "SVC", "__loader__": "ObjectNode"}
    evil = {"__module__": "os", "__class__": "system", "__loader__": "FunctionNode"}
    found = looked_at(zipped({"schema.json": json.dumps({**safe, "content": [evil]}).encode()}))
    assert whats(found) == {"os.system"}
    assert looked_at(zipped({"schema.json": json.dumps(safe).encode()})).verdict == "safe"


def test_plain_numbers_hold_no_pickle():
    plain = io.BytesIO()
    np.save(plain, np.arange(100.0))
    assert looked_at(plain.getvalue()).verdict == "none"
