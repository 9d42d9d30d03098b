"""TAXII 2.1 (OASIS Standard, 10 June 2021): partners read what we share and send what they have; we read theirs."""
