"""Jobs from YAML of Azure ML's CLI v2 and from the SDK: commands, sweeps, parallel jobs and pipelines become runs."""
