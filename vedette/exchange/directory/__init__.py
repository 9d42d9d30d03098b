"""An LDAP directory that keeps the roster: asked, compared like a file, and taken in when nothing speaks against it."""
