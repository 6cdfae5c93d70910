"""For scoring scripts: `from mlops.scoring.collection import Collector` keeps tables of one's own with a request."""

from mlops.scoring.children.gathering import Collector, present_correlation_id, present_request_id

__all__ = ["Collector", "present_correlation_id", "present_request_id"]
