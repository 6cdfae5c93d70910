"""`Model.get_model_path`: where the deployment's model lies."""

from __future__ import annotations

import os

from azureml._absent import absent

__getattr__ = absent("azureml.core.model", {"InferenceConfig": "write a deployment YAML with code_configuration"})


class Model:
    """Only the function that a scoring script needs."""

    def __init__(self, *_given: object, **_named: object) -> None:
        raise ImportError("azureml.core.Model(workspace, …) is not there: use Model.get_model_path(name) instead.")

    @staticmethod
    def get_model_path(model_name: str, version: int | None = None, _workspace: object = None) -> str:
        """The model's only file, or its folder where it has several. Without a version, the highest one."""
        root = os.environ["AZUREML_MODEL_DIR"]
        several = os.path.join(root, model_name)
        if not os.path.isdir(several):
            return _only_file(root)
        versions = [one for one in os.listdir(several) if os.path.isdir(os.path.join(several, one))]
        numbered = sorted((one for one in versions if one.isdecimal()), key=int)
        wanted = str(version) if version is not None else (numbered[-1] if numbered else "")
        if wanted in versions:
            return _only_file(os.path.join(several, wanted))
        if version is not None:
            raise FileNotFoundError(f"There is no version {version} of {model_name}: {', '.join(versions) or 'none'}.")
        return _only_file(several)


def _only_file(folder: str) -> str:
    inside = sorted(one for one in os.listdir(folder) if not one.startswith("."))
    only = os.path.join(folder, inside[0]) if len(inside) == 1 else folder
    return only if os.path.isfile(only) else folder
