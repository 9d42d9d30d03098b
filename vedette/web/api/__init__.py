"""The REST API under /api/v1/: one file per resource, each parses, calls one action or query, and presents.

`doors.py` says who may enter, `problems.py` what is answered when something is refused, `paging.py` and
`idempotency.py` what every list and every POST have in common, `root.py` puts it together.
"""
