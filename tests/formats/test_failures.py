"""Every failure that the documentation names is recognised in what programs really print."""

from __future__ import annotations

import pytest

from mlops.formats.failures import KNOWN, explain

SAID = {
    "package_missing": "ModuleNotFoundError: No module named 'lifelines'",
    "library_missing": "ImportError: libgomp.so.1: cannot open shared object file: No such file or directory",
    "class_not_importable": "AttributeError: Can't get attribute 'Cleaner' on <module '__main__' (built-in)>",
    "versions_differ": "InconsistentVersionWarning: Trying to unpickle estimator Ridge from version 1.2.1 when using "
    "version 1.9.1. This might lead to breaking code",
    "model_dir_unset": "KeyError: 'AZUREML_MODEL_DIR'",
    "path_missing": "FileNotFoundError: [Errno 2] No such file or directory: 'azureml-models/m/1/model.pkl'",
    "init_failed": "score.py, line 7, in init(): ValueError: no weights The whole traceback is in the log.",
    "import_failed": "score.py, line 1, in the import: SyntaxError: invalid syntax",
    "run_failed": "score.py, line 12, in run(): KeyError: 'data'",
    "result_not_json": "What run() in score.py returned cannot be written as JSON: a value of the type Figure",
    "out_of_memory": "[12] [INFO] Booting worker with pid: 12",
    "crashed_natively": "The model's process ended (killed by SIGSEGV); it is being started again.",
    "timed_out": "The model's process took too long and is being started again.",
    "queue_full": '{"code":"queue_full","path":"/score"}',
    "unschedulable": "0/3 nodes are available: 3 Insufficient cpu.",
    "image_not_pulled": 'Back-off pulling image "x": ImagePullBackOff',
    "packages_conflict": "ERROR: No matching distribution found for scikit-lern==1.2",
    "read_only": "OSError: [Errno 30] Read-only file system: '/srv/cache.db'",
    "disk_full": "OSError: [Errno 28] No space left on device",
    "port_taken": "OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8890)",
    "no_network": "socket.gaierror: [Errno -3] Temporary failure in name resolution",
    "no_gpu": "RuntimeError: no CUDA-capable device is detected",
    "golden_differs": "The recorded request 2 is not answered as it was recorded: price is 3, not 4.",
    "in_transition": '{"code": "deployment_in_transition", "status": 409}',
}


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.code)
def test_each_known_failure_is_recognised_and_says_what_to_do(known):
    first = explain([SAID[known.code]])[0]
    assert first.code == known.code
    assert first.line
    for text in (first.title, first.cause, first.remedy):
        assert text
        assert "{" not in text


def test_the_texts_name_what_the_line_names():
    [found] = explain([SAID["versions_differ"]])
    assert "scikit-learn==1.2.1" in found.remedy


def test_the_latest_comes_first_and_each_kind_once():
    found = explain([SAID["package_missing"], SAID["read_only"], SAID["package_missing"], "all is well"])
    assert [one.code for one in found] == ["package_missing", "read_only"]


def test_an_ordinary_log_says_nothing():
    assert explain(["ready to add", "INFO: 127.0.0.1 POST /score 200", "loaded 409 rows of memory"]) == ()
