"""Events of retraining."""

from __future__ import annotations

from typing import Annotated, Any

from mlops.events.catalogue.described import Data, EventType, said


class Attempt(Data, kw_only=True):
    policy: Annotated[str, said("The policy's name.")]
    policy_id: str = ""
    attempt: Annotated[int, said("Counts within the policy.")] = 0
    trigger: Annotated[
        str, said("What began it: `schedule`, `drift`, `quality`, `performance`, `data`, `hand`, `push`.")
    ] = ""
    run: str = ""
    model: str = ""
    champion: Annotated[str, said("`name:version` of the present model.")] = ""
    challenger: Annotated[str, said("`name:version` of the new one.")] = ""
    endpoint: str = ""
    deployment: str = ""
    outcome: str = ""
    code: str = ""
    facts: Annotated[dict[str, Any], said("Further facts, by name.")] = {}


POLICY = "retraining/{name}"

TYPES = (
    EventType("mlops.retraining.triggered", "Retraining triggered", "A policy begins a training run.", POLICY, Attempt),
    EventType("mlops.retraining.compared", "Models compared", "The new model was compared with the present one.",
              POLICY, Attempt),
    EventType("mlops.retraining.approval_wanted", "Approval wanted", "A person is to say whether it may take over.",
              POLICY, Attempt),
    EventType("mlops.retraining.promoted", "New model promoted", "The new model may take over.", POLICY, Attempt),
    EventType("mlops.retraining.rejected", "New model rejected", "The present model stays.", POLICY, Attempt),
    EventType("mlops.retraining.failed", "Retraining failed", "It broke off; the reason says why.", POLICY, Attempt),
)  # fmt: skip
