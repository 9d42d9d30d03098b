"""Warnings: drafting, lint, approval, lifecycle, plans, templates, and what each channel says.

What is approved is a hash of everything that matters; what a channel will say is rendered here, so that the preview
is what is sent. Sending itself is `dispatch/`, which this room does not know.
"""
