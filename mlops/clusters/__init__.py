"""Kubernetes clusters that deployments may run on: set up by an administrator, their credentials sealed; and how they
are spoken to."""
