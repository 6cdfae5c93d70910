"""The OData v4 feed below /odata/v1/."""
