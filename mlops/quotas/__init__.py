"""How much a project may use."""
