"""Groups of `az ml` that have no counterpart here, and what to do instead of each."""

from __future__ import annotations

import sys

INSTEAD = {
    "connection": "Set up a data store (mlops datastore create), or a registry of images (mlops registry).",
    "feature-set": "Make a data asset of the features: mlops data create.",
    "feature-store": "Make data assets of the features: mlops data create.",
    "feature-store-entity": "Make data assets of the features: mlops data create.",
    "serverless-endpoint": "Deploy a model of your own: mlops online-endpoint create.",
    "marketplace-subscription": "Deploy a model of your own: mlops online-endpoint create.",
    "index": "Register the files: mlops data create.",
    "capability-host": "Deploy a model of your own: mlops online-endpoint create.",
    "workspace-hub": "A project is what Azure ML calls a workspace: mlops workspace create.",
    "project": "A project is what Azure ML calls a workspace: mlops workspace list.",
    "feature": "Make a data asset of the features: mlops data create.",
    "prompt": "There are no flows of prompts here: deploy a model of your own (mlops online-endpoint create).",
    "deployment-template": "Write the settings into the deployment's own file.",
}


def told(group: str) -> bool:
    """Says on standard error that there is no such group, and what to do; False where it is none of `az ml`."""
    if group not in INSTEAD:
        return False
    print(f"code: not_here\nmessage: “{group}” has no counterpart here.\nhint: {INSTEAD[group]}", file=sys.stderr)
    return True
