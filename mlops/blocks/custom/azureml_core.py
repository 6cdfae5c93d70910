"""What `from azureml.core import Run` gives in a job whose environment has no azureml-core.

This file is copied into the job's folder and imported there by people's Python, of whatever version and without this
product: it needs the standard library alone. Metrics go into the file that MLOPS_METRICS names, pictures and files into
`outputs`, which is kept; tags go to MLflow, where the job has it."""

# mypy: allow-untyped-defs, allow-untyped-calls
import json
import os
import shutil

_METRICS, _OUTPUTS = "MLOPS_METRICS", "outputs"


class Run:
    def __init__(self):
        self.id = os.environ.get("AZUREML_RUN_ID", "")
        self.tags = {}

    @staticmethod
    def get_context(allow_offline=True, **_more):
        return _CURRENT

    @property
    def parent(self):
        return self

    def get_details(self):
        return {"runId": self.id}

    def log(self, name, value, description="", step=None):
        """A number becomes a metric of the job, and one that is logged again a series. Anything else is printed; not
        the number, for metrics that a job prints are kept as well."""
        value = value.item() if getattr(value, "size", 1) == 1 and hasattr(value, "item") else value
        if not isinstance(value, (int, float)) or not os.environ.get(_METRICS):
            print(f"{name}: {value}", flush=True)
            return
        with open(os.environ[_METRICS], "a") as file:
            file.write(json.dumps({str(name): float(value)}) + "\n")

    def log_list(self, name, value, description=""):
        for each in value:
            self.log(name, each)

    def log_row(self, name, description="", **values):
        for key, value in values.items():
            self.log(f"{name}.{key}", value)

    def log_table(self, name, value, description=""):
        for key, column in value.items():
            for each in column if isinstance(column, (list, tuple)) else [column]:
                self.log(f"{name}.{key}", each)

    def log_image(self, name, path=None, plot=None, description=""):
        place = self._place(name if "." in os.path.basename(name) else name + ".png")
        if plot is not None:
            plot.savefig(place)
        elif path is not None:
            shutil.copyfile(path, place)

    def upload_file(self, name, path_or_stream, **_more):
        place = self._place(name)
        if hasattr(path_or_stream, "read"):
            content = path_or_stream.read()
            with open(place, "w" if isinstance(content, str) else "wb") as file:
                file.write(content)
        elif os.path.abspath(path_or_stream) != os.path.abspath(place):
            shutil.copyfile(path_or_stream, place)

    def upload_folder(self, name, path, **_more):
        for folder, _folders, files in os.walk(path):
            for file in files:
                source = os.path.join(folder, file)
                self.upload_file(os.path.join(name, os.path.relpath(source, path)), source)

    def tag(self, key, value=None):
        self.tags[key] = str(value)
        print(f"Tag {key}: {value}", flush=True)
        mlflow = _mlflow()
        if mlflow:
            mlflow.set_tag(key, str(value))

    def set_tags(self, tags):
        for key, value in tags.items():
            self.tag(key, value)

    def get_metrics(self, *_names, **_more):
        return {}

    def get_tags(self):
        return dict(self.tags)

    def flush(self, timeout_seconds=300):
        pass

    def complete(self, _set_status=True):
        pass

    def fail(self, *_args, **_more):
        pass

    @staticmethod
    def _place(name):
        parts = [part for part in str(name).replace("\\", "/").split("/") if part not in ("", ".", "..")]
        parts = parts if parts[:1] == [_OUTPUTS] else [_OUTPUTS, *parts]
        place = os.path.join(*parts)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        return place


def _mlflow():
    """Where the job has it, and somewhere to send to."""
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return None
    try:
        import mlflow
    except ImportError:
        return None
    return mlflow


_CURRENT = Run()
