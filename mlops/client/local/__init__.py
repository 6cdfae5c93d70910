"""Endpoints on one's own machine (`--local`): the same server and the same files as in service, without a studio."""
