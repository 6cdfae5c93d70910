"""Events of the audit trail itself."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Broken(Data, kw_only=True):
    sequence: Annotated[int, said("The number of the first event that does not follow from the one before.")]
    proved: Annotated[int, said("How many events before it are proved.")]
    before: Annotated[int, said("The break that was told before this one; 0: none.")]


class Exported(Data, kw_only=True):
    scope: Annotated[str, said("`server`: every event; else what was selected.")]
    query: Annotated[str, said("The selection.")]


TYPES = (
    EventType(
        "mlops.audit.broken",
        "Audit trail broken",
        "A look at the chain finds an event that was changed, taken out or put in.",
        "audit/{sequence}",
        Broken,
    ),
    EventType(
        "mlops.audit.exported",
        "Audit trail exported",
        "Somebody takes the audit trail, or a selection of it, away as a file.",
        "audit/{scope}",
        Exported,
    ),
)
