"""Events of what is made of a model version: ONNX, images, profiles; and packages of inference pipelines."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Facts, said


class ConversionRequested(Data, kw_only=True):
    tolerance: float
    kind: str


class ConversionEnded(Data, kw_only=True):
    tolerance: float
    kind: str
    speed_up: Annotated[float | None, said("How many times faster one row is scored than by the original.")]


class ImageRequested(Data, kw_only=True):
    image: Annotated[str, said("The image's id.")]
    entry: str
    push: Annotated[str, said("The repository it is pushed to; empty: none.")]


class ImageDeleted(Data, kw_only=True):
    image: str
    reference: str


class ImageEnded(Data, kw_only=True):
    image: str
    digest: str | None = None


class ProfileRequested(Data, kw_only=True):
    profile: str
    entry: str


class ProfileNamed(Data, kw_only=True):
    profile: str


class ProfileEnded(Data, kw_only=True):
    profile: str
    recommendation: Annotated[Facts | None, said("CPU, memory and instances that are recommended.")] = None


class PackagingRequested(Data, kw_only=True):
    model: Annotated[str, said("The name it will be registered under.")]


class Packaged(Data, kw_only=True):
    model: Annotated[str, said("`name:version` where it was registered, else the name.")]


MODEL, RUN = "models/{name}:{version}", "runs/{id}"

TYPES = (
    EventType("mlops.model.conversion_requested", "Conversion requested", "A form in ONNX is asked for.", MODEL,
              ConversionRequested),
    EventType("mlops.model.conversion_accepted", "Conversion accepted", "The ONNX form scores as the original.", MODEL,
              ConversionEnded),
    EventType("mlops.model.conversion_refused", "Conversion refused", "The ONNX form differs, or cannot be made.",
              MODEL, ConversionEnded),
    EventType("mlops.model.conversion_failed", "Conversion failed", "The conversion broke off.", MODEL,
              ConversionEnded),
    EventType("mlops.model.image_requested", "Image requested", "A container image is asked for.", MODEL,
              ImageRequested),
    EventType("mlops.model.image_ready", "Image ready", "An image is built.", MODEL, ImageEnded),
    EventType("mlops.model.image_failed", "Image failed", "An image could not be built.", MODEL, ImageEnded),
    EventType("mlops.model.image_cancelled", "Image cancelled", "The building of an image is cancelled.", MODEL,
              ImageEnded),
    EventType("mlops.model.image_deleted", "Image deleted", "An image is deleted.", MODEL, ImageDeleted),
    EventType("mlops.model.profile_requested", "Profile requested", "A measurement under load is asked for.", MODEL,
              ProfileRequested),
    EventType("mlops.model.profile_completed", "Profile completed", "A profile and its advice are there.", MODEL,
              ProfileEnded),
    EventType("mlops.model.profile_failed", "Profile failed", "A profile could not be measured.", MODEL, ProfileEnded),
    EventType("mlops.model.profile_cancelled", "Profile cancelled", "A profile is cancelled.", MODEL, ProfileEnded),
    EventType("mlops.model.profile_deleted", "Profile deleted", "A profile is deleted.", MODEL, ProfileNamed),
    EventType("mlops.inference_pipeline.packaging_requested", "Packaging requested",
              "An inference pipeline is to become a model.", RUN, PackagingRequested),
    EventType("mlops.inference_pipeline.accepted", "Inference pipeline accepted",
              "A packaged inference pipeline is registered as a model.", RUN, Packaged),
    EventType("mlops.inference_pipeline.refused", "Inference pipeline refused",
              "The package scores otherwise than the pipeline did.", RUN, Packaged),
    EventType("mlops.inference_pipeline.failed", "Packaging failed", "The packaging broke off.", RUN, Packaged),
)  # fmt: skip
