"""Looking at events: filtered, one by one, and exported."""
