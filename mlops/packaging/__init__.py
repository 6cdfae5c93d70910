"""ONNX conversion with a parity certificate."""
