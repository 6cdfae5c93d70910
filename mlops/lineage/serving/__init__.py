"""What was deployed at any instant: one row each time that it changed."""
