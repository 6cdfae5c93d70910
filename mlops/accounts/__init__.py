"""Sign-in, one-time links, tokens, and the membership of people in projects."""
