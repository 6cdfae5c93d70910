"""Raw requests: aml_request and aml_response."""
