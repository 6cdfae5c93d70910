"""A real supervisor and a real router, as for deployments."""

from tests.deployments.conftest import plane

__all__ = ["plane"]
