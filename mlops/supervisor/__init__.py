"""Keeps processes alive: the product's own, and the scoring servers that the serving plan asks for."""

from mlops.supervisor.supervisor import Supervised, Supervisor

__all__ = ["Supervised", "Supervisor"]
