"""Batch endpoints: a lasting name behind which a model or a pipeline scores whole datasets and folders of files."""
