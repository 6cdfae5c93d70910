"""Events of what was found in files."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said

ACTS = "`warn`, `dangerous` (refuse dangerous files) or `suspicious` (refuse both)."


class PolicyChanged(Data, kw_only=True):
    register: Annotated[str, said(ACTS)]
    deploy: Annotated[str, said(ACTS)]
    download: Annotated[str, said(ACTS)]


class NameChanged(Data, kw_only=True):
    name: Annotated[str, said("The global, such as `shop.models.Scorer`.")]


class FilesRefused(Data, kw_only=True):
    thing: Annotated[str, said("What they were meant for, such as `models/churn`.")]
    place: Annotated[str, said("`register`, `deploy` or `download`.")]
    level: Annotated[str, said("`suspicious` or `dangerous`.")]
    files: Annotated[list[str], said("Paths of at most 20 of them.")]
    globals: Annotated[list[str], said("What they open when they are opened.")]


PROJECT = "projects/{slug}"

TYPES = (
    EventType(
        "mlops.scan.policy_changed",
        "File policy changed",
        "An owner says what is done about files that are not safe.",
        PROJECT,
        PolicyChanged,
    ),
    EventType("mlops.scan.name_allowed", "Name allowed", "An owner vouches for a global.", PROJECT, NameChanged),
    EventType("mlops.scan.name_forbidden", "Name not allowed", "A global's allowance ends.", PROJECT, NameChanged),
    EventType(
        "mlops.scan.files_refused",
        "Files refused",
        "Files are not registered, deployed or given out because of what they open.",
        PROJECT,
        FilesRefused,
    ),
)
