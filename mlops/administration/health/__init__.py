"""What is wrong with the server, since when, why, and what to do: looks that a worker does, kept as rows. Pages read
rows alone, so that none waits for what hangs."""
