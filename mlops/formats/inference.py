"""An inference pipeline as it is served: a graph whose trained parts lie beside it, from one request to one answer."""

from __future__ import annotations

import msgspec

from mlops.formats.pipeline import Edge, Node

PIPELINE_FILE = "pipeline.json"
VALUES_FOLDER = "values"

SAVED_MODEL, SAVED_TRANSFORMATION = "saved_model", "saved_transformation"
SAVED_COMPONENTS = (SAVED_MODEL, SAVED_TRANSFORMATION)
"""Data nodes that hold what a step of an earlier run made; parameters {"run", "node", "port"}."""

SERVICE_INPUT, SERVICE_OUTPUT = "web_service_input", "web_service_output"


class ServedPipeline(msgspec.Struct, frozen=True, kw_only=True):
    """`pipeline.json` in a model's folder. Nodes are in the order in which they run.

    What a saved model, a saved transformation or a dataset holds lies in `values/<node id>/`. The rows of a request
    are the output of the node `input`; the answer is what arrives at the node `output`."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    input: str
    output: str


class PipelineParity(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers of a packaged pipeline compare with what the runs computed."""

    accepted: bool
    reason: str
    sample_rows: int
    """Rows of the sample, answered together and one by one, against the inference pipeline's own run."""
    held_out_rows: int
    """Rows that the training run scored, answered from the dataset's rows; 0 where they cannot be followed."""
    max_difference: float
    """Largest |difference| of numbers, relative to the largest |number| of the column."""
    not_compared: str = ""
    """Why held-out rows were not compared, or empty."""
