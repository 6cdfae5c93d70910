"""The front of the data plane: picks a deployment by the routing table, forwards, and counts; needs nothing else."""
