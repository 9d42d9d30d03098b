"""Vedette warns everyone at risk in the field, follows up until each has acknowledged, and can prove it afterwards."""

__version__ = "0.1.0"
