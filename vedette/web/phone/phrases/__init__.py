"""The fixed words of a paired phone's page, a file a language."""
