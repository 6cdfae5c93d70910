"""Loads the clock, the pulse and the ledger into every worker (Celery imports this module of each application)."""

from mlops.work import clock, ledger, pulse

__all__ = ["clock", "ledger", "pulse"]
