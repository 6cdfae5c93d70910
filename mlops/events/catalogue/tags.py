"""Events of tags on things that have no other event for it."""

from __future__ import annotations

from mlops.events.catalogue.described import Data, EventType, TagChanges


class Retagged(Data, kw_only=True):
    tags: TagChanges


WHAT = "Its tags change."

TYPES = (
    EventType("mlops.component.tagged", "Component tagged", WHAT, "components/{name}", Retagged),
    EventType("mlops.environment.tagged", "Environment tagged", WHAT, "environments/{name}", Retagged),
    EventType("mlops.registered_model.tagged", "Model tagged as a whole", WHAT, "models/{name}", Retagged),
    EventType("mlops.endpoint.tagged", "Endpoint tagged", WHAT, "endpoints/{name}", Retagged),
    EventType("mlops.batch_endpoint.tagged", "Batch endpoint tagged", WHAT, "batch-endpoints/{name}", Retagged),
)
