"""Getting it to everyone: queue, engine, channels, receipts, acknowledgements, escalation.

Work is leased in ranges of recipients and checkpointed by result, never by fetch: after a crash, what is open is the
leases less the deliveries recorded.
"""
