"""The server of one deployed model: validates requests by the signature, scores them, and says whether it is well."""
