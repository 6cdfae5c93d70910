"""Settings of a batch deployment in words, and calls that are ready to paste."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mlops.batch.models import BatchDeployment, BatchEndpoint
from mlops.batch.settings import settings_of
from mlops.batch.shaping import scoring_uri

CURL = """curl -X POST "{uri}" \\
  -H "Authorization: Bearer $MLOPS_TOKEN" -H "Content-Type: application/json" \\
  -d '{{"input": "DATASET@latest", "output_dataset": "Predictions"}}'"""
PYTHON = """import os, time, httpx

http = httpx.Client(headers={{"Authorization": f"Bearer {{os.environ['MLOPS_TOKEN']}}"}})
job = http.post("{uri}", json={{"input": "DATASET@latest"}}).raise_for_status().json()
while job["state"] in ("queued", "running"):
    time.sleep(2)
    job = http.get(f"{base}/api/v1/batch-jobs/{{job['id']}}/").json()
    print(job["state"], job["progress"]["done"], "of", job["progress"]["items"], job["reason"])"""
COMMAND = """mlops batch-endpoint invoke -n {name} --input azureml:DATASET@latest --stream
mlops batch-endpoint invoke -n {name} --input ./folder/ --stream
mlops batch-endpoint list-jobs -n {name}"""


def call_snippets(endpoint: BatchEndpoint) -> dict[str, str]:
    uri = scoring_uri(endpoint)
    base = uri.partition("/api/v1/")[0]
    return {
        "curl": CURL.format(uri=uri),
        "python": PYTHON.format(uri=uri, base=base),
        "command": COMMAND.format(name=endpoint.name),
    }


def setting_lines(deployment: BatchDeployment) -> list[tuple[str, str]]:
    """Names and values, those of a model; a pipeline has none."""
    if deployment.version_id is None:
        return []
    chosen = settings_of(deployment)
    size = str(chosen.mini_batch_size or _("10 files, or rows of about 1 MB"))
    if chosen.mini_batch_bytes != 1024 * 1024 and not chosen.mini_batch_size:
        size = _("rows of about %(bytes)d bytes") % {"bytes": chosen.mini_batch_bytes}
    most = chosen.error_threshold
    return [
        (_("Mini-batch"), size),
        (_("At once"), f"{chosen.instance_count} × {chosen.max_concurrency_per_instance}"),
        (_("Error threshold"), _("all are ignored") if most < 0 else str(most)),
        (
            _("Retries"),
            _("%(count)d, %(seconds)d s each")
            % {"count": chosen.retry.max_retries, "seconds": chosen.retry.timeout_seconds},
        ),
        (_("Output"), f"{chosen.output_action} · {chosen.output_file_name}"),
    ]
