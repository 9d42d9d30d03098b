"""The rules of the lint, by what they look at; `rule.py` says what a rule is."""
