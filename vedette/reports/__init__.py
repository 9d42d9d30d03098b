"""Reports as received, their sources, the claims read from them, the grades people give, and evidence.

Bytes are hashed before anything parses them; grades are added, never overwritten; a machine proposes claims and people
accept, correct or reject them.
"""
