"""The child process that runs SQL over tables laid out as Parquet, and sees nothing else."""
