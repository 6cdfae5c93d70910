"""Git repositories: what a push starts, and what is written back."""
