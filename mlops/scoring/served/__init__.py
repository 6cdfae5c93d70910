"""What a server serves, by the form of its requests: columns with a signature, or whatever a script takes."""
