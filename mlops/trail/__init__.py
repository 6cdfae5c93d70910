"""From a click to what it set going: the ids that are carried along, and the log lines that tell them. No Django."""
