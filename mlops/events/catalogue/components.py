"""Events of components, and of code for entry scripts."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Created(Data, kw_only=True):
    kind: str
    digest: Annotated[str, said("SHA-256 of its definition.")]
    code: Annotated[str | None, said("Digest of its folder of code, where it has one.")]


class CodeUploaded(Data, kw_only=True):
    id: str
    script: str
    digest: str
    files: int


TYPES = (
    EventType(
        "mlops.component.created", "Component created", "A component, or its next version, is made.",
        "components/{name}:{version}", Created,
    ),
    EventType("mlops.component.archived", "Component archived", "It leaves the palette.", "components/{name}"),
    EventType("mlops.component.restored", "Component restored", "It is back in the palette.", "components/{name}"),
    EventType(
        "mlops.component.deprecated", "Component deprecated", "A version is no longer to be used; the reason says why.",
        "components/{name}:{version}",
    ),
    EventType("mlops.code.uploaded", "Code uploaded", "A folder of code is kept.", "code/{id}", CodeUploaded),
)  # fmt: skip
