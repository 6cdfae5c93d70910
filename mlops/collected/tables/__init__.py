"""What is done with the Parquet parts, in a child process of its own: no Django here."""
