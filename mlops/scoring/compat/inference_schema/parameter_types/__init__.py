"""One file for each kind of sample: numpy, pandas, plain Python."""
