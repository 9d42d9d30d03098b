"""SCIM 2.0 (RFC 7643, 7644): an identity provider keeps the roster. Users are people, groups are units or duties."""
