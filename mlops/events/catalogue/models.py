"""Events of registered models."""

from __future__ import annotations

from typing import Annotated, Any

from mlops.events.catalogue.deletion import Deleted
from mlops.events.catalogue.described import Data, EventType, Facts, RunId, Tags, said


class Registered(Data, kw_only=True):
    name: str
    version: int
    tags: Tags
    properties: Facts
    run: RunId
    node: Annotated[str, said("The step of the run that made it; empty: its files were given.")]
    tree: Annotated[str, said("Digest of its files.")]
    metrics: Annotated[dict[str, float | None], said("What its evaluation found.")]
    description: str = ""


class Named(Data, kw_only=True):
    tags: Tags
    description: str


class Tagged(Data, kw_only=True):
    tags: Tags


class Untagged(Data, kw_only=True):
    key: str


class Described(Data, kw_only=True):
    description: str


class Renamed(Data, kw_only=True):
    old_name: str
    name: str


class Staged(Data, kw_only=True):
    stage: Annotated[str, said("`None`, `Staging`, `Production` or `Archived`.")]
    before: Annotated[str, said("The stage that it had.")]


class Aliased(Data, kw_only=True):
    alias: str


class Change(Data, kw_only=True):
    request: Annotated[int, said("The request's number.")]
    kind: Annotated[str, said("`stage` or `alias`.")]
    name: Annotated[str, said("The stage or alias.")]
    removal: Annotated[bool, said("Whether the alias is to be taken off the version.")]
    before: Annotated[str, said("The stage, or the number of the version under the alias, when it was asked.")]


class DatasetLink(Data, kw_only=True):
    dataset: Annotated[str, said("A dataset version, as `name:version`.")]
    relation: Annotated[str, said("As what it stands behind the model, such as `evaluation data`.")]


class Parent(Data, kw_only=True):
    parent: Annotated[str, said("A model version, as `name:number`; empty: none.")]


class Resources(Data, kw_only=True):
    resources: Annotated[dict[str, float], said("`cpu` in cores, `memory_gib`; empty: nobody says.")]


class Card(Data, kw_only=True):
    card: Annotated[str, said("The whole text, in Markdown.")]


class Rule(Data, kw_only=True):
    kind: Annotated[str, said("`stage` or `alias`.")]
    name: Annotated[str, said("The stage or alias; `*`: every other one.")]
    approvals: Annotated[int, said("How many different people must agree.")]
    by: Annotated[str, said("The least role of those people.")]
    asker_may_approve: bool
    checks: Annotated[list[dict[str, Any]], said("What a version must show.")]
    expires_after_days: int


MODEL = "models/{name}"
VERSION = "models/{name}:{version}"

TYPES = (
    EventType("mlops.model.registered", "Model registered", "A model version is registered.", VERSION, Registered),
    EventType(
        "mlops.model.deleted", "Model version deleted", "A model version goes into the recycle bin.", VERSION, Deleted
    ),
    EventType("mlops.model.tagged", "Model tagged", "Tags of a version are set.", VERSION, Tagged),
    EventType("mlops.model.untagged", "Tag removed", "A tag of a version is taken off.", VERSION, Untagged),
    EventType(
        "mlops.model.named",
        "Model named",
        "A model comes into being, by its name alone or with its first version.",
        MODEL,
        Named,
    ),
    EventType("mlops.model.renamed", "Model renamed", "A model gets another name.", MODEL, Renamed),
    EventType(
        "mlops.model.retired",
        "Model deleted whole",
        "A model goes into the recycle bin with all of its versions.",
        MODEL,
        Deleted,
    ),
    EventType("mlops.model.archived", "Model archived", "A model, or a version, is taken out of lists.", MODEL),
    EventType("mlops.model.restored", "Model restored", "A model, or a version, is back in lists.", MODEL),
    EventType("mlops.model.staged", "Stage changed", "A version comes into another stage.", VERSION, Staged),
    EventType("mlops.model.alias_set", "Alias set", "An alias points to this version from now on.", VERSION, Aliased),
    EventType("mlops.model.alias_removed", "Alias removed", "An alias points to nothing any more.", MODEL, Aliased),
    EventType("mlops.model.dataset_linked", "Dataset linked", "A dataset version is put behind a version.", VERSION,
              DatasetLink),
    EventType("mlops.model.dataset_unlinked", "Dataset unlinked", "It stands behind the version no more.", VERSION,
              DatasetLink),
    EventType("mlops.model.parent_set", "Parent set", "It is said what a version was made from.", VERSION, Parent),
    EventType("mlops.model.resources_set", "Resources set", "It is said what a version usually needs.", VERSION,
              Resources),
    EventType("mlops.model.card_written", "Model card written",
              "Somebody changes the card of a model or of a version.", MODEL, Card),
    EventType("mlops.model.change_asked", "Approval wanted",
              "Somebody wants to move a stage or an alias that others must agree to.", VERSION, Change),
    EventType("mlops.model.change_approved", "Change approved", "A person agrees to it.", VERSION, Change),
    EventType("mlops.model.change_rejected", "Change rejected", "A person turns it down.", VERSION, Change),
    EventType("mlops.model.change_withdrawn", "Change withdrawn", "It is not wanted any more.", VERSION, Change),
    EventType("mlops.model.change_expired", "Change expired", "Nobody decided on it in time.", VERSION, Change),
    EventType("mlops.model.rule_set", "Approval rule set",
              "An owner says what moving a stage or an alias takes; the model `*` stands for all.", MODEL, Rule),
    EventType("mlops.model.rule_removed", "Approval rule removed", "Such a rule is removed.", MODEL, Rule),
    EventType("mlops.model.described", "Model described", "A version's description changes.", VERSION, Described),
)  # fmt: skip
