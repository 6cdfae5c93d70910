"""A model that is larger than the memory of its deployment is refused before anything is made."""

from __future__ import annotations

import pytest

from mlops.deployments import actions
from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal
from tests.deployments.test_acts import endpoint, version  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


def test_a_model_that_is_too_large_is_refused_with_what_it_needs(contributor, endpoint, version):  # noqa: F811
    version.tree.size_bytes = 900 * 1024**2
    version.tree.save(update_fields=["size_bytes"])
    given = {"name": "blue", "version": version, "entry": "native", "memory_bytes": 512 * 1024**2}
    with pytest.raises(Refusal) as refused:
        actions.create_deployment(contributor, endpoint, **given)
    assert refused.value.code == "model_too_large"
    assert "900 MB of files and would get 512 MB" in refused.value.message
    assert "1,478 MB" in refused.value.hint
    assert not Deployment.objects.exists()
