"""`vedette bench`: what this machine does with each part of the work, beside what it could do with nothing around it.

Every suite measures its raw limit (a bare parser, hash, insert or client) in the same run, and works on an installation
of its own that is thrown away.
"""
