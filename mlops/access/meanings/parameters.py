"""Parameters in addresses, queries and headers. An id, number or name in an address is of the noun before it."""

from __future__ import annotations

import re

OF_NOUN = {
    "number": "The number of the %s, from 1.",
    "name": "The name of the %s.",
    "version": "The version of the %s.",
    "slug": "The %s's short name.",
    "path": "The file's path inside the %s.",
}
IN_ADDRESS = {
    "account": "The service account's name.",
    "act": "What is to happen to the rollout: pause, resume, promote, rollback or stop.",
    "alias": "The alias's name, such as `champion`.",
    "batch_deployment": "The batch deployment's name.",
    "bin_id": "The id of the thing in the bin.",
    "event_type": "The type of event, such as `mlops.model.registered`.",
    "forgetting_id": "The id of the removal.",
    "group": "The group's name.",
    "job": "The job's name or id.",
    "kind": "What kind of thing it is, as the list of the bin tells it.",
    "node": "The step's id in the pipeline.",
    "noun": "What kind of thing it is, as the API's addresses name it in the plural, such as `models`.",
    "other_explanation_id": "The id of the explanation that it is compared with.",
    "place": "The edit's place in the list, from 1.",
    "pool": "The pool's name.",
    "port": "The name of the step's output.",
    "saved_id": "The id of the saved window.",
    "serial": "The serial number of the bundle.",
    "table": "The table's name, as the list of tables tells it.",
    "thing_id": "The id of the thing.",
    "token_name": "The token's name.",
    "whom": "The person's user name.",
    "worker": "The worker's name or id.",
}
ASKED = {
    "actor": "Acts of this person alone.",
    "against": "The version that it is compared with; default the one before.",
    "as": "The form of the file, such as `csv` or `parquet`; default as it is stored.",
    "below": "Files in this folder alone.",
    "cursor": "From `next` or `previous` of a page.",
    "deployment": "Rows that this deployment answered.",
    "direction": "Which way to go: up to what it came from, down to what came of it, or both.",
    "end": "Before this time.",
    "file_name": "The name of the file that is sent.",
    "form": "How it is sent: as JSON or as plain text.",
    "key": "The columns that tell a row from others, with commas between.",
    "kind": "Things of this kind alone.",
    "limit": "How many at most.",
    "offset": "How many to leave out at the start.",
    "path": "The folder whose content is asked for.",
    "project": "The project's short name.",
    "samples": "Whether example data is listed as well.",
    "search": "A part of the name.",
    "source": "Where it comes from.",
    "start": "From this time on.",
    "state": "In this state alone.",
    "tab": "The browser's tab, as `PUT` named it.",
    "until": "Lines before this time.",
    "version": "Of this version alone.",
    "Upload-Length": "The size of the whole file in bytes.",
    "Upload-Offset": "How many bytes had arrived before this part.",
}


def meaning(place: str, name: str, address: str) -> str:
    """Empty for an unknown one."""
    if place != "path":
        return ASKED.get(name, "")
    noun = _noun_before(name, address)
    if name in IN_ADDRESS:
        return IN_ADDRESS[name]
    if name in OF_NOUN:
        return OF_NOUN[name] % noun
    return f"The id of the {noun}." if name.endswith("_id") else ""


def _noun_before(name: str, address: str) -> str:
    from mlops.access.titles import singular

    found = re.search(rf"([\w-]+)/(?:\{{\w+\}}/)?\{{{name}\}}", address)
    return singular(found[1]) if found else "thing"
