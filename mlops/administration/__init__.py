"""What keeps the server running: its admin site, backups, upgrades, maintenance."""
