"""The protocol's messages, made from its compiled description: independent of the version of protobuf's compiler."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = "inference"
SERVICE = f"{PACKAGE}.GRPCInferenceService"
_FILE = Path(__file__).with_name("open_inference.binpb")


@cache
def message(name: str) -> Any:
    """The class of a message, such as `ModelInferRequest`."""
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))


@cache
def _pool() -> Any:
    """Of our own: a client's messages of the same names may be in the common one."""
    from google.protobuf import descriptor_pb2, descriptor_pool

    pool = descriptor_pool.DescriptorPool()
    files: Any = descriptor_pb2.FileDescriptorSet.FromString(_FILE.read_bytes())
    for file in files.file:
        pool.Add(file)
    return pool
