"""The fixed words of the field page, a language a file; `words.py` has them all."""
