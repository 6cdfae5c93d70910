"""Facets of datasets, jobs and runs, each as its published schema has it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from mlops import __version__
from mlops.datasets.models import DatasetVersion
from mlops.formats.spoken import gettext as _
from mlops.lineage.openlineage.columns import column_origins
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run

PRODUCER = f"https://pypi.org/project/mlops-studio/{__version__}"
SPEC = "https://openlineage.io/spec"
CORE = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"


def facet(name: str, schema: str, /, **members: Any) -> dict[str, Any]:
    """`schema`: file and definition, such as `1-2-0/SchemaDatasetFacet`."""
    definition = schema.rpartition("/")[2]
    url = f"{SPEC}/facets/{schema}.json#/$defs/{definition}"
    return {name: {"_producer": PRODUCER, "_schemaURL": url, **members}}


def of_data(version: DatasetVersion) -> dict[str, Any]:
    columns = (version.schema or {}).get("columns", [])
    found = facet("version", "1-0-1/DatasetVersionDatasetFacet", datasetVersion=str(version.number))
    if columns:
        fields = [{"name": one["name"], "type": one["type"]} for one in columns]
        found |= facet("schema", "1-2-0/SchemaDatasetFacet", fields=fields)
    if version.dataset.description:
        found |= facet("documentation", "1-1-0/DocumentationDatasetFacet", description=version.dataset.description)
    return found


def quality_of(version: DatasetVersion) -> dict[str, Any]:
    """Of the stored profile; empty where there is none."""
    if not version.profile:
        return {}
    columns = {one["name"]: _measures(one) for one in version.profile.get("columns", [])}
    given = {"rowCount": version.row_count, "bytes": version.size_bytes, "columnMetrics": columns}
    plain = {name: value for name, value in given.items() if value is not None}
    return facet("dataQualityMetrics", "1-0-3/DataQualityMetricsInputDatasetFacet", **plain)


def _measures(column: dict[str, Any]) -> dict[str, Any]:
    numbers = {"min": column.get("minimum"), "max": column.get("maximum")}
    found: dict[str, Any] = {
        "nullCount": column.get("missing_count"),
        "distinctCount": column.get("unique_count"),
        "count": column.get("count"),
        **{name: value for name, value in numbers.items() if isinstance(value, int | float)},
    }
    quantiles = {f"{int(key[1:]) / 100:g}": value for key, value in (column.get("quantiles") or {}).items()}
    return {name: value for name, value in found.items() if value is not None} | (
        {"quantiles": quantiles} if quantiles else {}
    )


def written(version: DatasetVersion) -> dict[str, Any]:
    given = {"rowCount": version.row_count, "size": version.size_bytes}
    plain = {name: value for name, value in given.items() if value is not None}
    return facet("outputStatistics", "1-0-2/OutputStatisticsOutputDatasetFacet", **plain)


def made_of_columns(run: Run, version: DatasetVersion) -> dict[str, Any]:
    """Of a dataset that was kept from an output of this run; empty where the columns' origins are not known."""
    job = version.origin.get("job") or {}
    node, port = str(job.get("node", "")), str(job.get("output", "")).rpartition(".")[2]
    if job.get("id") != str(run.pk) or not node:
        return {}
    given = {each["id"]: str(each.get("parameters", {}).get("dataset", "")) for each in run.spec.get("nodes", ())}
    names = {each: name.rpartition("/")[2] for each, name in given.items()}
    fields = {
        column: {
            "inputFields": [
                {
                    "namespace": namespace(run),
                    "name": f"datasets/{names[source]}",
                    "field": field,
                    "transformations": [{"type": "DIRECT"}],
                }
                for source, field in sorted(origins)
                if names[source]
            ]
        }
        for column, origins in column_origins(run.spec, run.shapes, node, _port(run, node, port)).items()
    }
    told = {column: sources for column, sources in fields.items() if sources["inputFields"]}
    return facet("columnLineage", "1-2-0/ColumnLineageDatasetFacet", fields=told) if told else {}


def _port(run: Run, node: str, output: str) -> str:
    """The step's port behind an output that the job itself names."""
    named = (run.snapshot or {}).get("job", {}).get("outputs", [])
    return next((one["port"] for one in named if one["name"] == output and one["step"] == node), output)


def of_model(version: ModelVersion) -> dict[str, Any]:
    found = facet("version", "1-0-1/DatasetVersionDatasetFacet", datasetVersion=str(version.number))
    inputs = (version.signature or {}).get("inputs") or []
    fields = [{"name": str(one.get("name", "")), "type": str(one.get("type", ""))} for one in inputs]
    return found | (facet("schema", "1-2-0/SchemaDatasetFacet", fields=fields) if fields else {})


def of_job(run: Run, git: dict[str, Any]) -> dict[str, Any]:
    found = facet(
        "jobType", "2-0-4/JobTypeJobFacet", processingType="BATCH", integration="MLOPS_STUDIO", jobType=run.kind.upper()
    )
    if run.experiment.description:
        found |= facet("documentation", "1-1-0/DocumentationJobFacet", description=run.experiment.description)
    if git.get("commit") and git.get("repository_uri"):
        address = git["repository_uri"]
        told = {"type": "git", "url": _uri(address), "repoUrl": address, "version": git["commit"]}
        branch = {"branch": git["branch"]} if git.get("branch") else {}
        path = {"path": git["folder"]} if git.get("folder") else {}
        found |= facet("sourceCodeLocation", "1-1-0/SourceCodeLocationJobFacet", **told, **branch, **path)
    return found


def _uri(address: str) -> str:
    """Git also takes `git@host:team/name.git` and a path, which are no URIs."""
    if "://" in address:
        return address
    host, colon, path = address.partition(":")
    return f"ssh://{host}/{path.lstrip('/')}" if colon else f"file://{quote(address)}"


def of_run(run: Run, *, is_failure: bool) -> dict[str, Any]:
    found = facet("processing_engine", "1-1-1/ProcessingEngineRunFacet", version=__version__, name="MLOps Studio")
    if is_failure:
        message = run.reason or _("The run failed.")
        found |= facet("errorMessage", "1-0-1/ErrorMessageRunFacet", message=message, programmingLanguage="Python")
    if run.parent is not None:
        parent = {
            "run": {"runId": str(run.parent_id)},
            "job": {"namespace": namespace(run), "name": job_name(run.parent)},
        }
        found |= facet("parent", "1-2-0/ParentRunFacet", **parent)
    return found


def namespace(run: Run) -> str:
    return f"mlops-studio/{run.project.slug}"


def job_name(run: Run) -> str:
    return run.experiment.name
