"""`@dsl.pipeline`, where scripts for Azure ML look for it."""

from __future__ import annotations

from mlops.client.sdk.pipelines import pipeline

__all__ = ["pipeline"]
