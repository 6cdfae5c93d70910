"""The audit trail as a file that proves itself."""
