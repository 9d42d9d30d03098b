"""The operations room: what analysts, duty officers and overseers look at and work in.

Each file is one page or a few that belong together: parse, call one action or query, present. Nothing here decides.
"""
