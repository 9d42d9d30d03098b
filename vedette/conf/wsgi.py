"""Django's pages as a WSGI application: what the front hands on to, and what a plain WSGI server can run without it."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vedette.conf.settings")

application = get_wsgi_application()
