"""The public YAML forms of Azure ML's command line (v2), read and written as plain values."""
