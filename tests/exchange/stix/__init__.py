"""STIX out and in, TAXII both ways."""
