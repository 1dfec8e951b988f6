"""Whole months through the command line."""
