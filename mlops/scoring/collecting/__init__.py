"""What of a scored request is kept: who agreed, which share, which columns in which form."""
