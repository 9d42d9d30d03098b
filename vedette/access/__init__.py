"""Who may do what: users, roles, handling (TLP) and the one policy that every exit asks.

It knows no room above it: records show the policy what it needs (`realm`, `handling`, `need_to_know`).
"""
