"""Other issuers' feeds: asked, read and judged here; what becomes of a message is written by `exchange.actions`."""
