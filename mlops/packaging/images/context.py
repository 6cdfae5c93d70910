"""What another builder needs to make the same image: a Dockerfile with everything that it copies, and how to run it.

The wheels are in it, so that the build needs no package index; only the base image has to be there."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import mlops
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext
from mlops.packaging.images import building, environment, runtime, sbom
from mlops.packaging.images.archives import Member
from mlops.packaging.images.building import PORT, USER_ID, BuiltImage
from mlops.packaging.images.store import LayerStore
from mlops.packaging.images.wheelhouse import Wheelhouse

DOCKERFILE = """\
# Written by MLOps Studio {version}. Build with: docker build -t {name} .
ARG BASE=python:{python}-slim

FROM ${{BASE}} AS environment
COPY requirements.txt wheels /wheels/
RUN python3 -m pip install --no-cache-dir --no-index --find-links /wheels --require-hashes --no-deps \\
    --target /{env} -r /wheels/requirements.txt

FROM ${{BASE}}
COPY --from=environment /{env} /{env}
COPY server /{server}
COPY deployment /{place}
COPY {sbom} /{sbom}
ENV PYTHONPATH=/{env}:/{server} PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp ORT_DISABLE_TELEMETRY=1 \\
    AZUREML_MODEL_DIR=/{place}/model MLOPS_MODEL_DIR=/{place}/model
LABEL org.opencontainers.image.title="{model}" org.opencontainers.image.version="{number}" mlops.key="{key}"
WORKDIR /{place}
USER {user}:{user}
EXPOSE {port}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python3", "-I", "-S", "-c", "{health}"]
ENTRYPOINT ["python3"]
CMD ["-m", "mlops.scoring", "--folder", "/{place}", "--host", "0.0.0.0", "--port", "{port}"]
"""
README = """\
# {model}, version {number}

An image that serves this model, for a builder of your own.

    docker build -t {name} .
    docker run --rm --read-only --tmpfs /tmp --cap-drop ALL -p 127.0.0.1:{port}:{port} {name}
    curl http://127.0.0.1:{port}/readyz
    curl -X POST http://127.0.0.1:{port}/score -H 'Content-Type: application/json' -d '{{"data": [...]}}'

`http://127.0.0.1:{port}/swagger.json` describes the request. The build needs the base image and no package index: the
wheels are in `wheels/`, and `requirements.txt` has their digests. Another base: `--build-arg BASE=...`; it needs
Python {python} with pip. Names, limits and variables are given by the environment variable MLOPS_PLACEMENT (JSON).

| path | what |
|---|---|
| `deployment/` | the model, its scoring form and `serving.json` |
| `server/` | the scoring server ({licence}) |
| `requirements.txt`, `wheels/` | the locked packages |
| `{sbom}` | the bill of materials (CycloneDX 1.6) |

The content has the key {key}.
"""


def context(built: BuiltImage, store: LayerStore, folder: Path) -> list[Member]:
    """Files of the context; what is unpacked of the model goes to `folder`. Raises Refusal `image_gone`."""
    house = Wheelhouse(store.folder / "wheels")
    missing = [wheel.filename for wheel in built.lock.wheels if not house.path(wheel).is_file()]
    if missing or not store.has(built.layers[-1].digest):
        raise gone(built.reference)
    words = _words(built)
    members: list[Member] = [
        ("Dockerfile", DOCKERFILE.format(**words).encode()),
        ("README.md", README.format(**words).encode()),
        (".dockerignore", b"README.md\n"),
        ("requirements.txt", built.lock.requirements.encode()),
    ]
    members += [(f"wheels/{wheel.filename}", house.path(wheel)) for wheel in built.lock.wheels]
    members += [(f"server/{path}", content) for path, content in runtime.runtime_files(built.parts)]
    members += _served(store.path(built.layers[-1].digest), folder)
    return members


def gone(reference: str) -> Refusal:
    return Refusal(
        "image_gone",
        gettext("The layers of %(reference)s are no longer on this machine.") % {"reference": reference},
        hint=gettext("Package the version again: what did not change is found quickly."),
        status=410,
    )


def _words(built: BuiltImage) -> dict[str, object]:
    name, _, number = built.reference.rpartition("/")[2].partition(":")
    return {
        "version": mlops.__version__,
        "python": built.lock.target.python,
        "env": environment.PLACE,
        "server": runtime.PLACE,
        "place": building.PLACE,
        "sbom": sbom.PLACE,
        "model": name,
        "number": number.partition("-")[0],
        "name": f"{name}:{number.partition('-')[0]}",
        "key": built.key,
        "user": USER_ID,
        "port": PORT,
        "health": building.HEALTH.format(port=PORT),
        "licence": "Apache-2.0",
    }


def _served(layer: Path, folder: Path) -> Iterator[Member]:
    with tarfile.open(layer) as tar:
        for info in tar:
            if info.isfile():
                place = folder / info.name
                place.parent.mkdir(parents=True, exist_ok=True)
                source = tar.extractfile(info)
                assert source is not None
                with place.open("wb") as out:
                    while chunk := source.read(1 << 20):
                        out.write(chunk)
                yield info.name.replace(building.PLACE, "deployment", 1), place
