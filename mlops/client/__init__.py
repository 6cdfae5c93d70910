"""The `mlops` command: talks to a server by HTTP only, so it runs on any machine. It imports no Django."""
