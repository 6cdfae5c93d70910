"""Endpoints, their deployments, traffic and keys; targets that make them real."""
