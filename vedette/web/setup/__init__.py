"""First run and settings: who may use the house, how it names itself, how it reaches people.

The set-up page exists only while no user does, and only for this machine; the rest is for administrators.
"""
