"""Where steps run: workers, pools of them, and how machines join."""
