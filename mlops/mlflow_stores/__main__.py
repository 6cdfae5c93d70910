"""The child process that reads a store for a worker of the server: an order, then questions, each with its answers.

Frames are a length of four bytes and a message in MessagePack. A question is `{"ask": name, …}`; its answers are
`{"is": value}` for each found thing, then `{"end": true}`, or `{"refusal": problem}`."""

from __future__ import annotations

import os
import resource
import struct
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from mlops.formats.refusal import Refusal
from mlops.mlflow_stores.opening import Address, opened
from mlops.mlflow_stores.unpacking import unpack
from mlops.mlflow_stores.values import Store

LENGTH = struct.Struct("!I")
ENDING = ("source_unreadable", "source_denied")
"""With these there is no going on."""
PLAIN = ("experiments", "registered", "leftovers")
PAGED = ("runs", "logged_models", "traces")
"""Of an experiment, at most `most` with each question; nothing more comes after the last."""


class Order(msgspec.Struct, kw_only=True):
    where: Address
    archive: str = ""
    """A zip that is unpacked into the folder at the address first."""
    memory_bytes: int = 0


def main() -> None:
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints gets between the frames
    frame = read_frame(source)
    if frame is None:
        return
    order = msgspec.msgpack.decode(frame, type=Order)
    if order.memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (order.memory_bytes, order.memory_bytes))
    try:
        if order.archive:
            unpack(Path(order.archive), Path(order.where.address))
        with opened(order.where) as store:
            write_frame(sink, {"end": True})
            _serve(store, source, sink)
    except Refusal as refusal:
        write_frame(sink, {"refusal": refusal.as_problem()})


def _serve(store: Store, source: BinaryIO, sink: BinaryIO) -> None:
    pages: dict[tuple[str, str], Iterator[Any]] = {}
    while (frame := read_frame(source)) is not None:
        question = msgspec.msgpack.decode(frame)
        try:
            for found in _answers(store, question, pages):
                write_frame(sink, {"is": found}, flush=False)
            write_frame(sink, {"end": True})
        except Refusal as refusal:
            write_frame(sink, {"refusal": refusal.as_problem()})


def _answers(store: Store, question: dict[str, Any], pages: dict[tuple[str, str], Iterator[Any]]) -> Iterable[Any]:
    name = question["ask"]
    if name in PLAIN:
        return getattr(store, name)()  # type: ignore[no-any-return]
    if name in PAGED:
        key = name, question["experiment"]
        if key not in pages:
            pages[key] = iter(getattr(store, name)(question["experiment"]))
        return islice(pages[key], question["most"])
    if name == "points":
        return store.points(question["runs"])
    if name == "files":
        return store.files(question["place"])
    return _fetched(store, question)


def _fetched(store: Store, question: dict[str, Any]) -> Iterator[list[Any]]:
    """Of each file its size, or the problem with it; written below the folder by its place in the question."""
    for number, path in enumerate(question["paths"]):
        try:
            yield [store.fetch(question["place"], path, Path(question["folder"]) / str(number)), None]
        except Refusal as refusal:
            if refusal.code in ENDING:
                raise
            yield [0, refusal.as_problem()]


def read_frame(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return source.read(LENGTH.unpack(head)[0])


def write_frame(sink: BinaryIO, message: Any, *, flush: bool = True) -> None:
    body = msgspec.msgpack.encode(message)
    sink.write(LENGTH.pack(len(body)) + body)
    if flush:
        sink.flush()


if __name__ == "__main__":
    main()
