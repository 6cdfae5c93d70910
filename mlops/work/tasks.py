"""Loads the clock and the pulse into every worker (Celery imports this module of each application)."""

from mlops.work import clock, pulse

__all__ = ["clock", "pulse"]
