"""Events of gradual rollouts."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Facts, Shares, said


class Created(Data, kw_only=True):
    candidate: Annotated[str, said("The deployment that is to take over.")]
    control: Annotated[str, said("The one it is compared with.")]
    plan: Facts


class Stepped(Data, kw_only=True):
    candidate: str
    before: Shares
    after: Shares
    step: Annotated[int, said("From 1.")]
    percent: float
    mirror: float


class Ended(Data, kw_only=True):
    candidate: str
    before: Shares
    after: Shares


class RolledBack(Data, kw_only=True):
    candidate: str
    before: Shares
    after: Shares
    by: Annotated[str, said("`hand` or `gate`.")]
    gates: Annotated[list[str], said("The kinds of gates that said no.")]


ROLLOUT = "endpoints/{endpoint}/rollouts/{number}"

TYPES = (
    EventType("mlops.rollout.created", "Rollout created", "A rollout by a plan is begun.", ROLLOUT, Created),
    EventType("mlops.rollout.started", "Rollout started", "The candidate gets its first share.", ROLLOUT, Stepped),
    EventType("mlops.rollout.advanced", "Rollout advanced", "The gates were passed; the next step begins.", ROLLOUT,
              Stepped),
    EventType("mlops.rollout.paused", "Rollout paused", "It goes on only when somebody says so.", ROLLOUT),
    EventType("mlops.rollout.resumed", "Rollout resumed", "It goes on.", ROLLOUT),
    EventType("mlops.rollout.finished", "Rollout finished", "The last step was passed.", ROLLOUT, Ended),
    EventType("mlops.rollout.promoted", "Rollout promoted", "Somebody gives the candidate all the traffic.", ROLLOUT,
              Ended),
    EventType("mlops.rollout.rolled_back", "Rollout rolled back", "The earlier traffic is back.", ROLLOUT, RolledBack),
    EventType("mlops.rollout.stopped", "Rollout stopped", "The traffic stays as it is; nobody leads it.", ROLLOUT,
              Ended),
)  # fmt: skip
