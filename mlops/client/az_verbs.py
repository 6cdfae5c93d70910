"""Verbs of `az ml` that their group does not have here, and what to do instead of each."""

from __future__ import annotations

SHARED = "A server is one registry: download it (`mlops {group} download`), and create it in the other project."
VERBS: dict[tuple[str, str], str] = {
    ("data", "share"): SHARED,
    ("model", "share"): SHARED,
    ("environment", "share"): SHARED,
    ("component", "share"): SHARED,
    ("data", "mount"): "Get its files: mlops data download -n NAME. Jobs find theirs at their inputs' paths.",
    ("data", "list-materialization-status"): "What became of an import is the state of its version: mlops data show.",
    ("data", "delete"): "Take it out of the lists: mlops data archive.",
    ("datastore", "mount"): "See what lies there: mlops datastore list-content -n NAME --path PATH.",
    ("job", "connect-ssh"): "See what it says and wrote: mlops job stream, and mlops job download --all.",
    ("job", "show-services"): "Jobs serve nothing: open their page (mlops job show --web), or stream their log.",
    ("component", "validate"): "mlops component create checks all of the file before anything is created.",
    ("model", "delete"): "Take it out of the lists: mlops model archive.",
    ("registry", "create"): "A server is one registry: create models, data, components and environments in a project.",
    ("registry", "show"): "See the logins to container registries: mlops registry list.",
    ("registry", "delete"): "Forget a login to a container registry: mlops registry logout.",
    ("registry", "update"): "Store the login to a container registry anew: mlops registry login.",
    ("workspace", "delete"): "An owner removes a project's people on its page; what is in it is archived.",
    ("workspace", "update"): "An owner changes a project on its page.",
    ("workspace", "diagnose"): "See what is set and what works: mlops doctor.",
    ("workspace", "list-keys"): "Secrets are never shown: make a token of your own (mlops token create).",
    ("workspace", "sync-keys"): "There are no keys to renew: mlops doctor says what is set.",
    ("workspace", "provision-network"): "The server is reached at the address where it was started: mlops up --host.",
    ("online-endpoint", "validate"): "mlops online-endpoint create checks all of the file before anything is created.",
}


def instead_of(group: str, verb: str) -> str:
    """Empty where `az ml` has no such verb either, or where it is only misspelt."""
    return VERBS.get((group, verb), "").format(group=group)
