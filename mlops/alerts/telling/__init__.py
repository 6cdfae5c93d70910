"""From an alert to people: who is told, by which way, when, and whether it arrived."""
