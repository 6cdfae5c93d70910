"""Steps whose program runs in a pod of a cluster: docs/decisions/0334."""
