"""Drafts kept the same as YAML files of repositories, both ways: versions become commits, commits versions."""
