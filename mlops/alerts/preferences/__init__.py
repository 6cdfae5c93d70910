"""How people wish to be told: their own settings, addresses and links."""
