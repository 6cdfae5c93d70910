"""Ways to run a model behind one protocol: an ONNX session, or a child process with the original or a script."""
