"""The field page: what a person in danger sees on the phone. No login, no script, one form, under 40 kB."""
