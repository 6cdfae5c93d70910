"""Models that were not trained here: which kind they are, how the original answers, and their ONNX form.

Everything but `sources` loads libraries and opens pickles: for child processes only."""
