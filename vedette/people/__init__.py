"""The roster: people, units, roles, shifts, posts, positions, contact points; and who of them an audience rule reaches.

Positions are those of consenting staff alone, the last fix only, dropped when a warning no longer needs it.
"""
