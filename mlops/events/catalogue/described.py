"""What is said of one type of event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

VERSION = "1.0"
"""Of the schemas together. Members are added within a version; none is taken away nor changes its meaning."""

NAME = re.compile(r"mlops(\.[a-z][a-z_]*){2}")


class Data(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The base of all data. An act may send only what is described; who receives it must ignore what is new."""


@dataclass(frozen=True)
class EventType:
    name: str
    """`mlops.noun.verb_past`"""
    title: str
    when: str
    subject: str
    """Such as `models/{name}:{version}`; of several forms, with ` or ` between them."""
    data: type[Data] = Data

    def has_subject(self, subject: str) -> bool:
        forms = (re.sub(r"\\\{\w+\\\}", ".+", re.escape(one)) for one in self.subject.split(" or "))
        return any(re.fullmatch(form, subject) for form in forms)

    @property
    def noun(self) -> str:
        return self.name.split(".")[1]


def said(description: str) -> Any:
    """For `Annotated`: what the member means."""
    return msgspec.Meta(description=description)


Time = Annotated[str, said("A moment, ISO 8601 with its offset.")]
Tags = Annotated[dict[str, str], said("Tags: key to value.")]
TagChanges = Annotated[dict[str, str | None], said("What changes: key to value, or null where it is taken off.")]
Facts = Annotated[dict[str, Any], said("Further facts, by name.")]
Shares = Annotated[dict[str, float], said("Deployment name to percent of the traffic.")]
ModelName = Annotated[str, said("A model version, as `name:number`.")]
RunId = Annotated[str, said("The run's id; empty where there is none.")]
