"""What lies in stored files that could do harm when it is opened: found by reading, never by opening it."""
