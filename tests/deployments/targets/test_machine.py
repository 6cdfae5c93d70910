"""A process target says before anything is made what its machine cannot hold."""

from __future__ import annotations

import psutil
import pytest

from mlops.deployments.targets.machine import check_machine
from mlops.formats.deployment import DeploymentSettings, Scale
from mlops.formats.refusal import Refusal

ALL = psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("wanted", "code", "parameter"),
    [
        (DeploymentSettings(memory_bytes=ALL + 1), "machine_too_small", "memory_bytes"),
        (DeploymentSettings(memory_bytes=ALL // 2, instances=3), "machine_too_small", "instances"),
        (DeploymentSettings(cpus=4096), "machine_too_small", "cpus"),
        (DeploymentSettings(gpus=1), "gpus_not_limited", "gpus"),
        (DeploymentSettings(image="mine:1"), "image_not_used", "image"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(wanted, code, parameter):
    with pytest.raises(Refusal) as refused:
        check_machine(wanted)
    assert (refused.value.code, refused.value.where.parameter) == (code, parameter)


def test_the_least_number_counts_where_it_follows_the_load():
    check_machine(DeploymentSettings(memory_bytes=ALL // 2, instances=3, scale=Scale(most_instances=10)))
