"""Datasets, their content-addressed versions, profiles and samples."""
