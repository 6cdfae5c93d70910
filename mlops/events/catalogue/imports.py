"""Events of imports from other products."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Imported(Data, kw_only=True):
    source: Annotated[str, said("The name under which the source is remembered.")]
    dry_run: Annotated[bool, said("Whether it only told what it would take.")]
    counts: Annotated[
        dict[str, dict[str, int]], said("Kind of thing to what became of it (new, changed, …) to how many.")
    ] = {}


IMPORT = "imports/{id}"

TYPES = (
    EventType("mlops.import.started", "Import started", "Somebody asks for a store of MLflow's to be taken over.",
              IMPORT, Imported),
    EventType("mlops.import.completed", "Import completed", "All that an import was to take is here.", IMPORT,
              Imported),
    EventType("mlops.import.failed", "Import failed", "An import ends before its end; what it took stays.", IMPORT,
              Imported),
    EventType("mlops.import.cancelled", "Import cancelled", "Somebody ends an import; what it took stays.", IMPORT,
              Imported),
)  # fmt: skip
