"""Events of models that code logs."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, RunId, said


class Logged(Data, kw_only=True):
    name: str
    state: Annotated[str, said("`pending`, `ready` or `failed`.")]
    run_id: RunId


MODEL = "logged-models/{id}"

TYPES = (
    EventType("mlops.logged_model.finished", "Logged model finished", "The files of a model that code logged have"
              " arrived, or failed to.", MODEL, Logged),
    EventType("mlops.logged_model.deleted", "Logged model deleted", "A model that code logged goes into the recycle"
              " bin.", MODEL, Logged),
)  # fmt: skip
