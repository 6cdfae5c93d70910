"""The designer: drawings, their revisions, validation while drawing, and the submit."""
