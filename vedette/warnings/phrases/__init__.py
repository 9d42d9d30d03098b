"""The fixed words around an author's text, a language a file; `words.py` has them all."""
