"""A repository that a project is connected to, what was pushed to it, and the runs which that started."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.deployments.models import Deployment
from mlops.runs.models import Run


class Host(models.TextChoices):
    GITHUB = "github", _("GitHub")
    GITLAB = "gitlab", _("GitLab")
    GITEA = "gitea", _("Gitea or Forgejo")
    PLAIN = "plain", _("Any Git server")


class LoginKind(models.TextChoices):
    NONE = "none", _("None: everybody may read it")
    TOKEN = "token", _("Token")
    KEY = "key", _("Deploy key")


class Repository(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    host = models.CharField(max_length=20, choices=Host.choices)
    url = models.CharField(max_length=500)
    """As `git clone` takes it, without a login."""
    branch = models.CharField(max_length=200, blank=True)
    """The one that is worked on; empty: the repository's own."""
    login = models.CharField(max_length=20, choices=LoginKind.choices, default=LoginKind.NONE)
    user = models.CharField(max_length=200, blank=True)
    secret = models.TextField(blank=True)
    """Sealed: the token, which is never told again."""
    key = models.TextField(blank=True)
    """Sealed: the private half of the deploy key."""
    public_key = models.TextField(blank=True)
    host_key = models.TextField(blank=True)
    """What the host of SSH showed at first."""
    api_url = models.CharField(max_length=500, blank=True)
    """Of the host's API, where it is none that follows from `url`."""
    files = models.JSONField(default=list)
    """Patterns of the files that a push starts, such as `.mlops/*.yml`."""
    branches = models.JSONField(default=list)
    """Patterns of the branches whose pushes start something; empty: `branch` alone."""
    paths = models.JSONField(default=list)
    """Patterns of paths of which one must have changed; empty: any."""
    hook_secret = models.TextField(blank=True)
    """Sealed."""
    poll_minutes = models.PositiveIntegerField(default=0)
    """0: only webhooks and people start something."""
    reports_status = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    heads = models.JSONField(default=dict)
    """Branch to the commit that was last taken up."""
    looked_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)
    """Why it could not be reached at last; empty where it could."""
    hint = models.TextField(blank=True)
    trouble_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    acts_as = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """Whose rights a push has here: of the person who set it up last."""

    class Meta:
        verbose_name_plural = _("repositories")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_repository_of_a_name")]

    def __str__(self) -> str:
        return self.name


class PushState(models.TextChoices):
    QUEUED = "queued", _("Waits for a worker")
    RUNNING = "running", _("Being read")
    DONE = "done", _("Taken up")
    FAILED = "failed", _("Failed")


class Cause(models.TextChoices):
    WEBHOOK = "webhook", _("Webhook")
    POLL = "poll", _("Regular look")
    PERSON = "person", _("By hand")


class Push(models.Model):
    """A commit of a branch that was, or is to be, taken up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="+")
    mark = models.CharField(max_length=300)
    """Branch and commit, so that webhook and regular look start it once; with a number where somebody asks again."""
    cause = models.CharField(max_length=20, choices=Cause.choices)
    branch = models.CharField(max_length=200)
    commit = models.CharField(max_length=64, blank=True)
    """Empty until it is known: the branch's newest."""
    before = models.CharField(max_length=64, blank=True)
    pusher = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=20, choices=PushState.choices, default=PushState.QUEUED)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    left_out = models.JSONField(default=list)
    followed = models.JSONField(default=list)
    """What else came of it, as `followers.Outcome` tells it."""
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = _("pushes")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["repository", "mark"], name="one_push_of_a_commit")]
        indexes = [models.Index(fields=["state", "lease_until"], name="push_state_lease")]

    def __str__(self) -> str:
        return f"{self.branch}@{self.commit[:12]}"


class Reported(models.Model):
    """What is told to the host as the status of a commit."""

    reported = models.CharField(max_length=20, blank=True)
    """The state that the host knows: pending, success or failure."""
    report_attempts = models.PositiveSmallIntegerField(default=0)
    report_at = models.DateTimeField(null=True)
    """When it is to be told (again); empty: there is nothing to tell."""
    report_trouble = models.TextField(blank=True)

    class Meta:
        abstract = True


class Started(Reported):
    """What one file of a push became: a run, or why there is none. `state` is what the host is told."""

    push = models.ForeignKey(Push, on_delete=models.CASCADE, related_name="started")
    path = models.CharField(max_length=500, blank=True)
    """Empty where it is about the push as a whole."""
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    trouble = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    warnings = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["push", "path"], name="one_start_of_a_file")]
        indexes = [models.Index(fields=["report_at"], name="started_report_at")]

    def __str__(self) -> str:
        return self.path


class Delivery(models.Model):
    """A call of a webhook that was taken; its id opens the door once."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    event = models.CharField(max_length=100)
    outcome = models.CharField(max_length=300)
    push = models.ForeignKey(Push, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["repository", "key"], name="one_delivery_of_an_id")]

    def __str__(self) -> str:
        return self.key


class Deed(models.TextChoices):
    DISPATCH = "dispatch", _("A workflow of the host")
    JOB = "job", _("A job here")
    DEPLOYMENT = "deployment", _("A deployment here")


class Release(models.Model):
    """A version of a model that is registered, or comes into a stage, starts what the repository says: a workflow of
    its host, or a job or a deployment here from a YAML file of its newest commit. Or a tag that is pushed starts a job
    or a deployment from the commit that it names."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    model = models.CharField(max_length=255, default="*")
    """A pattern of models' names."""
    tags = models.JSONField(default=dict)
    """Which the version must carry when it is registered."""
    stage = models.CharField(max_length=20, blank=True)
    """It begins when a version comes into this stage; empty: when one is registered."""
    git_tag = models.CharField(max_length=200, blank=True)
    """A pattern of tags: it begins when one is pushed; empty: models begin it."""
    known_tags = models.JSONField(null=True)
    """Of those that fit, tag to object, as the last regular look found them; empty before the first."""
    does = models.CharField(max_length=20, choices=Deed.choices, default=Deed.DISPATCH)
    path = models.CharField(max_length=300, blank=True)
    """The file of the repository that describes the job or the deployment."""
    traffic = models.FloatField(null=True)
    """Percent that the deployment gets when it is healthy; empty: the traffic stays as it is."""
    event = models.CharField(max_length=100, default="mlops-model-registered")
    """What the host's workflow listens to."""
    branch = models.CharField(max_length=200, blank=True)
    is_enabled = models.BooleanField(default=True)
    cursor = models.BigIntegerField(default=0)
    """`seq` of the last event that was looked at."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["repository", "name"], name="one_release_of_a_name")]

    def __str__(self) -> str:
        return self.name


class CallState(models.TextChoices):
    WAITING = "waiting", _("Waits")
    RUNNING = "running", _("Under way")
    TOLD = "told", _("Told to the host")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ReleaseCall(Reported):
    """One model version, or one tag, that began a release, or is to begin it, and what came of it."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="calls")
    event_seq = models.BigIntegerField(null=True)
    """Of the event of the model version that began it; empty for a tag."""
    git_tag = models.CharField(max_length=200, blank=True)
    tag_object = models.CharField(max_length=64, blank=True)
    """What the tag pointed to when it was pushed: a commit, or a tag object that names one."""
    model = models.CharField(max_length=255, blank=True)
    version = models.PositiveIntegerField(null=True)
    """Of a tag: what the deployment's file names; both empty where it names none."""
    state = models.CharField(max_length=20, choices=CallState.choices, default=CallState.WAITING)
    why = models.CharField(max_length=300, blank=True)
    """What began it, such as a stage and by whom."""
    commit = models.CharField(max_length=64, blank=True)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    deployment = models.ForeignKey(Deployment, null=True, on_delete=models.SET_NULL, related_name="+")
    begun_at = models.DateTimeField(null=True)
    warnings = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["release", "event_seq"], name="one_call_of_an_event"),
            models.UniqueConstraint(
                fields=["release", "git_tag", "tag_object"], condition=~models.Q(git_tag=""), name="one_call_of_a_tag"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="release_call_next_at"),
            models.Index(fields=["report_at"], name="release_call_report_at"),
        ]

    def __str__(self) -> str:
        return self.git_tag or f"{self.model}:{self.version}"
