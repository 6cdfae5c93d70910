"""Spark is not here: the refusal says what to use instead."""

raise ImportError(
    "inference_schema's SparkParameterType has no meaning in MLOps Studio: use PandasParameterType or "
    "StandardPythonParameterType."
)
