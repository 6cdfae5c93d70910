"""The devices that run a deployment: enrolled with a token, heard of by their reports, offered newer bundles."""
