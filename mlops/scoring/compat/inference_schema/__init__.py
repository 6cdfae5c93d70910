"""The decorators input_schema and output_schema of scoring scripts: they give signature, validation and OpenAPI.

The samples tell types and shapes only: no value of them is published. Standard library only, but for what the
script's own samples are made of."""
