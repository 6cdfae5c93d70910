"""What a release does with a model version: each kind in one file, and who works calls off."""
