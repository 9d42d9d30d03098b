"""Real servers for tests: PostgreSQL, Postfix, Chromium, SMTP and HTTP sinks. Nothing here is a mock."""
