"""Deployments on a Kubernetes cluster: manifests, their checks, a small client, what the cluster says of them."""
