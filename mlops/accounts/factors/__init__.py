"""The second factor of people: codes of an authenticator app, and recovery codes. The rows are allauth's."""
