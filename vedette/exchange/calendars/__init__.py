"""Calendars of shifts that are asked for at their address, and rolled on."""
