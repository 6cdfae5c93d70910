"""The server's side of the `mlops` command: start everything, show the main job, say what is missing."""
