"""The field page as an app, at /me/: a paired phone's own page, its offline copy, its worker and its notifications."""
