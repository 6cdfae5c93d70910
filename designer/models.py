"""A draft is a drawing in work. Its truth is an ordered log of operations; the document is what they add up to."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from designer.fast_json import Decoder, Encoder
from mlops.access.models import Project
from mlops.ordered_json import OrderedJSONField
from mlops.repositories.models import Repository
from mlops.runs.models import Run


class Draft(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    document = OrderedJSONField(encoder=Encoder, decoder=Decoder)
    """formats.document.Document, as of `revision`."""
    revision = models.PositiveIntegerField(default=1)
    """The number of the last operation; the first revision is the drawing that the draft began with."""
    saved_at = models.DateTimeField()
    last_run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    cloned_from = models.CharField(max_length=200, blank=True)
    """Such as `drafts/<id>@<revision>` or `runs/<id>`."""
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """A whole document of the draft's past; those between two of them follow from the log."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    document = OrderedJSONField(encoder=Encoder, decoder=Decoder)
    label = models.CharField(max_length=200, blank=True)
    """What the change was, such as “Moved Split Data”."""
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="one_revision_number_per_draft")]


class Operation(models.Model):
    """One entry of the log. Append-only, but for `undone_by`, which says whether it counts at present."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()
    """The revision that it made."""
    uuid = models.UUIDField()
    """Given by the client: an operation that is sent twice is taken once."""
    kind = models.CharField(max_length=4)
    """graph.log.Kind"""
    step = models.UUIDField()
    """What is undone at once; of an undo or a redo, the step that it takes back or brings back."""
    label = models.CharField(max_length=200, blank=True)
    changes = OrderedJSONField(encoder=Encoder, decoder=Decoder)
    """graph.operations.Change, in normal form: what it did to the document."""
    kept = models.PositiveIntegerField(default=0)
    """Of an undo: how many fields stayed because somebody else has changed them since."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    undone_by = models.PositiveIntegerField(null=True)
    """`seq` of the undo, while it holds."""

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "seq"], name="one_operation_per_revision"),
            models.UniqueConstraint(fields=["draft", "uuid"], name="an_operation_is_taken_once"),
        ]
        indexes = [
            models.Index(fields=["draft", "step"], name="operation_step"),
            models.Index(fields=["draft", "by", "-seq"], name="operation_by"),
            models.Index(
                fields=["draft", "undone_by"], name="operation_undone", condition=models.Q(undone_by__isnull=False)
            ),
        ]


class Write(models.Model):
    """One field that an operation wrote. Its value is that of its last active write, or what was there first."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()
    place = models.TextField()
    """The path, joined by `/`."""
    other = models.CharField(max_length=100, blank=True)
    """A second thing without which the field is not shown: the source of a link, the member of a group."""
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    """JSON; empty for a field that is not there."""
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["draft", "place", "seq"], name="write_place"),
            models.Index(fields=["draft", "other"], name="write_other"),
        ]


class Version(models.Model):
    """A revision that somebody gave a name."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number", "-at"]
        constraints = [models.UniqueConstraint(fields=["draft", "name"], name="one_version_name_per_draft")]


class Presence(models.Model):
    """One open page of a draft, and what its person looks at. It counts while it was seen lately."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    tab = models.UUIDField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    nodes = models.JSONField(default=list)
    field = models.CharField(max_length=310, blank=True)
    """`NODE/PARAMETER` while one is edited."""
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "tab"], name="one_presence_per_tab")]


class InferenceKind(models.TextChoices):
    REALTIME = "realtime", _("Real-time inference pipeline")
    BATCH = "batch", _("Batch inference pipeline")


class InferenceDraft(models.Model):
    """That a draft was derived from a training draft: they are shown as tabs of one another."""

    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="+")
    training = models.ForeignKey(Draft, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=10, choices=InferenceKind.choices)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    """The training run that its saved models and transformations come from."""
    score = models.CharField(max_length=100)
    """The step of that run which it answers like."""
    derived_at = models.DateTimeField()

    class Meta:
        ordering = ["kind"]
        constraints = [models.UniqueConstraint(fields=["training", "kind"], name="one_inference_draft_of_a_kind")]


class LinkState(models.TextChoices):
    QUEUED = "queued", _("Waits for a worker")
    READY = "ready", _("Same here and there")
    AHEAD = "ahead", _("Changed here")
    PROPOSED = "proposed", _("Proposed on a branch of its own")
    CONFLICT = "conflict", _("Changed here and there")
    FAILED = "failed", _("Failed")


class GitLink(models.Model):
    """That a draft and a YAML file of a repository are kept the same, both ways."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="+")
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    branch = models.CharField(max_length=200, blank=True)
    """The one that is followed; empty until the repository's own is known."""
    is_direct = models.BooleanField(default=True)
    """Versions become commits of `branch`; else they are proposed on a branch of their own."""
    pushes_versions = models.BooleanField(default=True)
    """Whether saving a version, or publishing, pushes it; else somebody asks for it."""
    state = models.CharField(max_length=20, choices=LinkState.choices, default=LinkState.QUEUED)
    state_since = models.DateTimeField()
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    commit = models.CharField(max_length=64, blank=True)
    """The one at which both sides were the same last."""
    files = models.JSONField(default=dict)
    """Path to SHA-256, as of then."""
    base = OrderedJSONField(null=True, encoder=Encoder, decoder=Decoder)
    """The drawing as of then."""
    wanted = models.PositiveIntegerField(null=True)
    """The revision that is to be pushed; empty: what is there is to be looked at."""
    wanted_name = models.CharField(max_length=120, blank=True)
    wanted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    proposal = models.CharField(max_length=64, blank=True)
    """Our commit on the branch of proposals."""
    proposed = models.JSONField(default=dict)
    """Its files, as `files`."""
    theirs = models.ForeignKey(Draft, null=True, on_delete=models.SET_NULL, related_name="+")
    """In a conflict, what the repository has."""
    theirs_commit = models.CharField(max_length=64, blank=True)
    theirs_files = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    """When a worker takes it (again); empty: nothing is to be done."""
    acts_as = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """Whose rights a change from there has here: of the person who linked it."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["repository", "path"], name="one_draft_of_a_file")]
        indexes = [models.Index(fields=["next_at"], name="git_link_next_at")]

    def __str__(self) -> str:
        return self.path
