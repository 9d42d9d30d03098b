"""What we share as STIX: gathered from threats and incidents, kept version by version, given to whoever may see it."""
