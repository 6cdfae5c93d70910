"""Loads the clock and the ledger into every worker (Celery imports this module of each application)."""

from mlops.work import clock, ledger

__all__ = ["clock", "ledger"]
