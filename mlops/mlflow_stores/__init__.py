"""Reads what MLflow keeps: databases, file stores, servers. No Django: child processes of the server and the command
line on people's machines read alike. Nothing of a store is executed, and no pickle is opened."""
