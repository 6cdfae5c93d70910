"""What an operation of the API does, in a few words: read from its method and address, so that each one has a title."""

from __future__ import annotations

import re
from typing import Any

METHODS = {"get": "Read", "put": "Set", "patch": "Change", "delete": "Remove"}
ACTS = frozenset(
    (
        "acknowledge", "activate", "apply", "approve", "archive", "cancel", "check", "clone", "collapse", "deactivate",
        "delete", "disable", "drain", "empty", "enable", "export", "import", "invoke", "measure", "open", "pause",
        "plan", "preview", "prune", "publish", "pull", "purge", "push", "reject", "remove", "replay", "resend",
        "resolve", "restore", "resume", "retry", "settle", "submit", "test", "trigger", "try", "undo", "update",
        "validate", "verify", "withdraw",
    )
)  # fmt: skip
READING_ACTS = frozenset(("compare", "download", "export"))
ON_ALL = frozenset(("apply", "check", "empty", "prune"))
"""Acts on a whole collection; any other act beside a collection is on one of its things."""
ACTS_ON = ("end-", "regenerate-", "remove-", "rotate-")
"""Words that say the act and its object, such as `end-sessions`."""
IRREGULAR = {"people": "person", "aliases": "alias", "pushes": "push", "refreshes": "refresh"}
ALONE = {"me": "yourself", "collected": "collected data"}
INNER = frozenset(("access", "analysis", "sbom", "status", "telemetry"))
PARAMETER = re.compile(r"\{(\w+)\}")
SAID = {
    ("get", "alert-rules/watched/"): "List what alert rules can watch",
    ("get", "audit/"): "List entries of the audit",
    ("get", "audit/verifier/"): "Download the verifier of the audit",
    ("get", "bin/"): "List what is in the bin",
    ("post", "bin/{kind}/{bin_id}/purge/"): "Purge a thing in the bin",
    ("post", "bin/{kind}/{bin_id}/restore/"): "Restore a thing from the bin",
    ("get", "bin/policy/"): "Read the policy of the bin",
    ("put", "bin/policy/"): "Set the policy of the bin",
    ("put", "data-arrivals/"): "Send files of a data asset",
    ("get", "datastores/{datastore_id}/content/"): "List content of a datastore",
    ("post", "datastores/default/"): "Set the default datastore",
    ("post", "drafts/{draft_id}/component/"): "Make a component of a draft",
    ("get", "drafts/{draft_id}/examined/"): "Read what was found in a draft",
    ("post", "drafts/{draft_id}/inference/"): "Create an inference pipeline of a draft",
    ("get", "drafts/{draft_id}/git/"): "Read the Git link of a draft",
    ("get", "drafts/{draft_id}/inference/"): "Read the inference pipeline of a draft",
    ("post", "drafts/{draft_id}/inference/update/"): "Update the inference pipeline of a draft",
    ("post", "environments/{asset_id}/versions/{version}/build/"): "Start the build of a version of an environment",
    ("get", "environments/curated/"): "List curated environments",
    ("get", "explanations/{explanation_id}/compare/{other_explanation_id}/"): "Compare two explanations",
    ("post", "explanations/{explanation_id}/what-if/"): "Score and explain a changed row of an explanation",
    ("put", "imports/archives/"): "Send an archive to import from",
    ("post", "jobs/schedules/"): "Create a schedule of jobs",
    ("get", "lineage/"): "Read the lineage of a thing",
    ("get", "lineage/at/"): "Read what was deployed at an instant",
    ("get", "lineage/openlineage/"): "Download a project's runs as OpenLineage events",
    ("get", "lineage/things/"): "Find things by name for the lineage",
    ("get", "maintenance/"): "Read the maintenance mode",
    ("post", "maintenance/"): "Begin the maintenance mode",
    ("delete", "maintenance/"): "End the maintenance mode",
    ("get", "me/"): "Read who you are",
    ("get", "me/second-factor/"): "Read your second factor",
    ("delete", "me/second-factor/"): "Remove your second factor",
    ("get", "me/sessions/"): "List your sessions",
    ("delete", "me/sessions/{session_id}/"): "End one of your sessions",
    ("post", "me/sessions/end-others/"): "End your other sessions",
    ("post", "models/{model_id}/versions/{number}/scan/"): "Scan a version of a model",
    ("get", "models/{model_id}/versions/{number}/serving/"): "List where a version of a model serves",
    ("post", "models/{model_id}/versions/{number}/stage/"): "Set the stage of a version of a model",
    ("get", "models/{model_id}/compare/"): "Compare versions of a model",
    ("post", "monitors/{monitor_id}/looks/{number}/again/"): "Repeat a look of a monitor",
    ("post", "monitors/{monitor_id}/stored-form/"): "Import looks of a monitor in the stored form",
    ("get", "monitors/suggestion/"): "Suggest a monitor",
    ("get", "offers/{noun}/{thing_id}/"): "List offers of a thing",
    ("post", "offers/{noun}/{thing_id}/"): "Offer a thing to another project",
    ("post", "online-endpoints/{endpoint_id}/access-token/"): "Create an access token for an online endpoint",
    ("post", "online-endpoints/{endpoint_id}/code/"): "Change the code of an online endpoint",
    ("get", "online-endpoints/{endpoint_id}/collected/"): "Read collected data of an online endpoint",
    ("post", "online-endpoints/{endpoint_id}/deployments/{deployment_id}/devices/{device_id}/token/"): (
        "Make the token of a device anew"
    ),
    ("post", "online-endpoints/{endpoint_id}/recording/"): "Start a recording of an online endpoint",
    ("post", "online-endpoints/{endpoint_id}/rollouts/{number}/{act}/"): "Steer a rollout of an online endpoint",
    ("post", "online-endpoints/{endpoint_id}/traffic/"): "Set the traffic of an online endpoint",
    ("post", "people/{name}/sign-in-link/"): "Create a sign-in link of a person",
    ("get", "projects/{slug}/rights/{whom}/"): "Explain what a person may do in a project",
    ("post", "repositories/{repository_id}/deploy-key/"): "Make the deploy key of a repository anew",
    ("post", "repositories/{repository_id}/hook/"): "Tell a repository of a push",
    ("post", "repositories/{repository_id}/releases/{release_id}/calls/{call_id}/again/"): "Repeat a call of a release",
    ("post", "repositories/{repository_id}/webhook-secret/"): "Make the webhook secret of a repository anew",
    ("get", "retraining-policies/{policy_id}/looked-back/"): "Look back with a retraining policy",
    ("get", "runs/beside/"): "Read runs beside one another",
    ("get", "runs/bin/"): "List deleted runs",
    ("get", "runs/compare/"): "Compare runs",
    ("get", "runs/series/"): "Read series of metrics of runs",
    ("get", "shared/"): "List what is shared with you",
    ("get", "shared/{noun}/{thing_id}/"): "List whom a thing is shared with",
    ("post", "shared/{noun}/{thing_id}/"): "Share a thing",
    ("post", "sql/"): "Run a SQL query",
    ("post", "sql/export/"): "Export the rows of a SQL query",
    ("post", "uploads/"): "Send a file",
    ("put", "uploads/"): "Send the content of a file",
}  # fmt: skip
"""Where the words of the address do not make a sentence."""


def title(method: str, address: str) -> str:
    """`title("post", "/api/v1/runs/{run_id}/cancel/")` is “Cancel a run”."""
    inner = address.removeprefix("/api/v1/")
    if said := SAID.get((method, inner)):
        return said
    parts = [part for part in inner.split("/") if part and part != "{noun}"]
    last = parts[-1]
    if PARAMETER.fullmatch(last):
        return f"{METHODS.get(method, 'Act on')} {_whole(parts)}"
    owner = f" of {_whole(parts[:-1])}" if parts[:-1] else ""
    if method == "get" and last in READING_ACTS and owner:
        return f"{_words(last).capitalize()} {_whole(parts[:-1])}"
    if method != "post":
        return f"{'List' if method == 'get' and _is_plural(last) else METHODS[method]} {_words(last)}{owner}"
    if last.startswith(ACTS_ON):
        verb, _dash, rest = last.partition("-")
        return f"{verb.capitalize()} {_words(rest)}{owner}"
    if last in ACTS:
        is_on_one = len(parts) == 2 and _is_plural(parts[0]) and last not in ON_ALL
        return f"{_words(last).capitalize()} {_with_article(singular(parts[0])) if is_on_one else _whole(parts[:-1])}"
    return f"Create {_with_article(singular(last))}{owner}" if _is_plural(last) else f"Send {_words(last)}{owner}"


def operation_id(method: str, address: str) -> str:
    """The title as a name, such as `list_versions_of_model`."""
    words = re.findall(r"[a-z0-9]+", title(method, address).replace("'s", "").lower())
    return "_".join(word for word in words if word not in ("a", "an", "the"))


def tell_titles(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular calls it with the drawn schema. What an operation says by itself is kept."""
    for address, item in result["paths"].items():
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item:
                item[method].setdefault("summary", title(method, address))
    return result


def _whole(parts: list[str]) -> str:
    """Such as “a version of a model”."""
    told: list[str] = []
    at = 0
    while at < len(parts):
        is_one = at + 1 < len(parts) and PARAMETER.fullmatch(parts[at + 1])
        if found := PARAMETER.fullmatch(parts[at]):
            told.append(_with_article(_words(found[1].removesuffix("_id"))))
        else:
            told.append(_with_article(singular(parts[at])) if is_one else _alone(parts[at]))
        at += 2 if is_one else 1
    return " of ".join(reversed(told))


def _alone(word: str) -> str:
    return ALONE.get(word, f"the {_words(word)}")


def _is_plural(word: str) -> bool:
    return (word.endswith("s") and word not in INNER) or word == "people"


def singular(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("ies") and word != "series":
        return f"{_words(word)[:-3]}y"
    return _words(word).removesuffix("s") if _is_plural(word) else _words(word)


def _with_article(words: str) -> str:
    has_vowel = words[:1] in "aeio" or words.startswith("up")
    return f"{'an' if has_vowel else 'a'} {words}"


def _words(word: str) -> str:
    return word.replace("-", " ").replace("_", " ")
