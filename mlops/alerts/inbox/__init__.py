"""Alerts as people meet them: what is open, what is unread, and what they do about it."""
