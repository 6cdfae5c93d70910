"""Who must agree before a stage or an alias moves, and what a version must show for it."""
