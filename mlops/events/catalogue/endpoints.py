"""Events of real-time endpoints: their keys, traffic, recordings and replays."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Facts, Shares, Time, said


class Deleted(Data, kw_only=True):
    deployments: Annotated[list[str], said("The names of those that went with it.")]


class TrafficChanged(Data, kw_only=True):
    before: Shares
    after: Shares
    mirrors_before: Shares
    mirrors_after: Shares


class KeysRegenerated(Data, kw_only=True):
    key: Annotated[str, said("`primary` or `secondary`.")]
    grace_seconds: Annotated[float, said("How long the old one still counts.")]


class TokenOf(Data, kw_only=True):
    token: Annotated[str, said("The token's name; never itself.")]
    deployments: Annotated[list[str], said("Those it may call; none are named: all.")]
    expires_at: Time | None


class CallersChanged(Data, kw_only=True):
    before: Facts
    after: Facts


class Recording(Data, kw_only=True):
    most: Annotated[int, said("How many of the last requests are kept.")]
    until: Time | None


class ReplayRequested(Data, kw_only=True):
    before: str
    after: str


class ComparisonRequested(Data, kw_only=True):
    first: str
    second: str
    start: Time
    end: Time


ENDPOINT, REPLAY = "endpoints/{name}", "endpoints/{name}/replays/{number}"

TYPES = (
    EventType("mlops.endpoint.created", "Endpoint created", "An endpoint with its keys is made.", ENDPOINT),
    EventType("mlops.endpoint.deleted", "Endpoint deleted", "An endpoint goes, with its deployments.", ENDPOINT,
              Deleted),
    EventType("mlops.endpoint.traffic_changed", "Traffic changed", "Shares or mirrors are set by hand.", ENDPOINT,
              TrafficChanged),
    EventType("mlops.endpoint.callers_changed", "Callers changed", "Who may call, and from where, changes.", ENDPOINT,
              CallersChanged),
    EventType("mlops.endpoint.keys_regenerated", "Key regenerated", "A key is replaced.", ENDPOINT, KeysRegenerated),
    EventType("mlops.endpoint.comparison_requested", "Comparison requested",
              "What two deployments answered in the same time is compared.", ENDPOINT, ComparisonRequested),
    EventType("mlops.endpoint.token_created", "Endpoint token created", "A token for callers is made.", ENDPOINT,
              TokenOf),
    EventType("mlops.endpoint.token_revoked", "Endpoint token revoked", "A token for callers is revoked.", ENDPOINT,
              TokenOf),
    EventType("mlops.endpoint.recording_began", "Recording began", "Requests are kept for a replay.", ENDPOINT,
              Recording),
    EventType("mlops.endpoint.recording_ended", "Recording ended", "What was kept is forgotten.", ENDPOINT, Recording),
    EventType("mlops.endpoint.replay_requested", "Replay requested", "Kept requests are sent to two versions.", REPLAY,
              ReplayRequested),
    EventType("mlops.endpoint.replay_completed", "Replay completed", "The answers are compared.", REPLAY),
    EventType("mlops.endpoint.replay_failed", "Replay failed", "The replay broke off.", REPLAY),
    EventType("mlops.endpoint.replay_cancelled", "Replay cancelled", "The replay is cancelled.", REPLAY),
    EventType("mlops.endpoint.replay_deleted", "Replay deleted", "A replay's findings are deleted.", REPLAY),
)  # fmt: skip
