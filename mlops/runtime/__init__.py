"""Runs one step in a process of its own: order, inputs, component, outputs, report."""
