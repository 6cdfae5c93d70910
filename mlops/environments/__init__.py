"""Virtual environments of components: named by what they hold, locked and built once, used by every step that asks."""
