"""Real servers for tests: PostgreSQL, Chromium, an SMTP sink and an HTTP gateway sink. Nothing here is a mock."""
