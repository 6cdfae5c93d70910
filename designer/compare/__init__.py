"""Two drawings side by side: versions of a draft, drafts, or runs."""
