"""The append-only log of every change of state, and its proof.

It holds salted commitments, not personal data: what an entry opens to is kept apart and can be erased, and the proof
still stands. Hashing is RFC 6962's; heads and checkpoints are signed with Ed25519 in the C2SP tlog-checkpoint form.
"""
