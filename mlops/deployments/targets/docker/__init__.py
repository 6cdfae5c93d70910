"""Containers on a Docker engine of this machine or of another one."""
