"""What supervisors write of the processes that they keep, as `/metrics` counts it."""

from __future__ import annotations

from mlops.administration.measures import of_processes
from mlops.supervisor import kept
from mlops.supervisor.kept import KeptProcess


def test_machines_that_share_a_folder_count_their_processes_apart(data_dir):
    kept.write(data_dir / kept.FILE, [KeptProcess(name="web", restarts=3)])
    for host, restarts in (("a", 1), ("b-2", 0)):
        kept.write(data_dir / kept.file_of(host), [KeptProcess(name="router", restarts=restarts)])
    (data_dir / kept.file_of("torn")).write_bytes(b"[{")
    (counted,) = of_processes()
    assert {(one.labels.get("host"), one.labels["process"]): one.value for one in counted.samples} == {
        (None, "web"): 3, ("a", "router"): 1, ("b-2", "router"): 0,
    }  # fmt: skip
