"""One Kubernetes cluster, as this server reaches it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Exposure(models.TextChoices):
    CLUSTER = "cluster", _("From within the cluster: the router runs there, too")
    LOAD_BALANCER = "load_balancer", _("Through a load balancer of the cluster")
    NODE_PORT = "node_port", _("Through a port of the cluster's nodes")


class Cluster(models.Model):
    """Credentials: a sealed kubeconfig, or a file of the server, or (both empty) the service account of our pod."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60, unique=True)
    kubeconfig = models.TextField(blank=True)
    """Sealed (access.sealing)."""
    kubeconfig_file = models.CharField(max_length=500, blank=True)
    context = models.CharField(max_length=200, blank=True)
    """Empty: the kubeconfig's current one."""
    namespace = models.CharField(max_length=63, blank=True)
    """Of deployments that name none; empty: the kubeconfig's."""
    expose = models.CharField(max_length=20, choices=Exposure.choices, default=Exposure.CLUSTER)
    node_address = models.CharField(max_length=200, blank=True)
    """Where ports of the nodes are reached, with `node_port`."""
    gateway = models.CharField(max_length=130, blank=True)
    """`name` or `namespace/name` of a Gateway (Gateway API) that splits traffic; empty: our router does."""
    gateway_host = models.CharField(max_length=253, blank=True)
    gateway_open = models.BooleanField(default=False)
    """Somebody has said that callers of the Gateway need no key."""
    registry = models.CharField(max_length=300, blank=True)
    """Where images are pushed and the cluster pulls them, such as registry.example.org/models."""
    registry_user = models.CharField(max_length=200, blank=True)
    registry_password = models.TextField(blank=True)
    """Sealed."""
    used_namespaces = models.JSONField(default=list)
    """Where something of ours was ever applied, so that what is left over is found."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
