"""Loads the clock into every worker (Celery imports this module of each application)."""

from mlops.work import clock

__all__ = ["clock"]
