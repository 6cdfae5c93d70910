"""Runs as OpenLineage events, for catalogues that others keep: https://openlineage.io/spec/2-0-2/OpenLineage.json."""
