"""Kubernetes clusters that deployments may run on: set up by an administrator, their credentials sealed."""
