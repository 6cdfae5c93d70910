"""What every part that speaks to a Kubernetes cluster needs: a client, credentials, names, amounts, refusals."""
