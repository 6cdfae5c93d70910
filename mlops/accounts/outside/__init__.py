"""People who are known elsewhere: OpenID Connect and a directory (LDAP)."""
