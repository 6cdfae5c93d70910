"""Components of a project: definitions by name and version, looked up after the built-in ones."""
