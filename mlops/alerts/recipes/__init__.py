"""Rules ready to take: those that every project begins with, and those that are one click away."""
