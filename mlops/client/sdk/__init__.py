"""Jobs, assets and endpoints as Python values; each becomes the YAML that the commands take."""
