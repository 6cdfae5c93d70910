"""What a store of MLflow says, in the words of any of its versions. Times are milliseconds since 1970."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    created: int | None = None
    changed: int | None = None
    is_deleted: bool = False
    tags: dict[str, str] = {}


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One value of a metric; `value` may be NaN or infinite."""

    key: str
    value: float
    step: int
    at: int


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Data that a run used. `tags` are those of the use, with `mlflow.data.context` among them."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""
    tags: dict[str, str] = {}


class ModelUse(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    is_output: bool
    step: int = 0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    experiment: str
    name: str = ""
    user: str = ""
    status: str = ""
    """SCHEDULED, RUNNING, FINISHED, FAILED or KILLED."""
    started: int | None = None
    ended: int | None = None
    is_deleted: bool = False
    place: str = ""
    """Where its files lie, as the store names it."""
    parameters: dict[str, str] = {}
    tags: dict[str, str] = {}
    latest: tuple[Point, ...] = ()
    points: int = 0
    """How many there are in all histories; 0 where the store does not tell that cheaply."""
    uses: tuple[Use, ...] = ()
    models: tuple[ModelUse, ...] = ()

    def mark(self) -> str:
        """Another one where anything of the run is another, its files apart."""
        return mark_of(msgspec.structs.replace(self, place=""))


class ModelPoint(msgspec.Struct, frozen=True, array_like=True):
    """A metric of a logged model, told by a run, perhaps on named data."""

    point: Point
    run: str
    dataset: str = ""
    dataset_digest: str = ""


class LoggedModel(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    experiment: str
    name: str
    run: str = ""
    kind: str = ""
    state: str = "ready"
    """pending, ready or failed."""
    created: int | None = None
    changed: int | None = None
    is_deleted: bool = False
    place: str = ""
    parameters: dict[str, str] = {}
    tags: dict[str, str] = {}
    metrics: tuple[ModelPoint, ...] = ()

    def mark(self) -> str:
        return mark_of(msgspec.structs.replace(self, place=""))


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said of a trace, or of one span of it. Times in milliseconds since 1970."""

    id: str
    kind: str
    """`feedback` or `expectation`."""
    name: str
    value: Any = None
    error: dict[str, Any] | None = None
    source_kind: str = ""
    source: str = ""
    rationale: str = ""
    metadata: dict[str, str] = {}
    span: str = ""
    overrides: str = ""
    """The id of another one."""
    is_valid: bool = True
    created: int = 0
    changed: int = 0


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """`started` in milliseconds since 1970, `duration` in milliseconds."""

    id: str
    experiment: str
    started: int
    duration: int | None = None
    status: str = ""
    """OK, ERROR, IN_PROGRESS or another word."""
    request: str = ""
    response: str = ""
    client_request_id: str = ""
    tags: dict[str, str] = {}
    metadata: dict[str, str] = {}
    spans: tuple[str, ...] = ()
    """Each as JSON, in the form of `traces.json`."""
    place: str = ""
    """Where that file lies, if the store has no spans of its own."""
    assessments: tuple[Assessment, ...] = ()

    def mark(self) -> str:
        return mark_of(msgspec.structs.replace(self, place=""))


class Version(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    description: str = ""
    stage: str = "None"
    source: str = ""
    place: str = ""
    """Where its files lie; the source, where the store knows nothing better."""
    run: str = ""
    model: str = ""
    """The logged model that it was made of."""
    user: str = ""
    status: str = "READY"
    created: int | None = None
    changed: int | None = None
    tags: dict[str, str] = {}


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    description: str = ""
    created: int | None = None
    changed: int | None = None
    tags: dict[str, str] = {}
    aliases: dict[str, int] = {}
    versions: tuple[Version, ...] = ()


class Leftover(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the store holds and that is not taken over."""

    what: str
    count: int


class Lying(msgspec.Struct, frozen=True, array_like=True):
    """One file at a place."""

    path: str
    size_bytes: int


class Store(Protocol):
    """Reads are lazy and repeatable. All of them raise Refusal where the store cannot be read."""

    def experiments(self) -> Iterator[Experiment]: ...

    def runs(self, experiment: str) -> Iterator[Run]: ...

    def points(self, runs: list[str]) -> Iterator[tuple[str, list[Point]]]:
        """Histories, in pieces: each is of one run, and a run may come in many."""
        ...

    def logged_models(self, experiment: str) -> Iterator[LoggedModel]: ...

    def traces(self, experiment: str) -> Iterator[Trace]: ...

    def registered(self) -> Iterator[Registered]: ...

    def leftovers(self) -> list[Leftover]: ...

    def files(self, place: str) -> list[Lying]:
        """Raises Refusal `place_unreachable` for a place that is none of the store's."""
        ...

    def fetch(self, place: str, path: str, target: Path) -> int:
        """Writes one file; the value is its size in bytes."""
        ...


def files_mark(files: Iterable[Lying]) -> str:
    return mark_of(sorted((one.path, one.size_bytes) for one in files))


def mark_of(value: object) -> str:
    return hashlib.sha256(msgspec.msgpack.encode(value, order="deterministic")).hexdigest()
