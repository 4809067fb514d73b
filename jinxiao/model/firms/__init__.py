"""Firms: from the street stall to the large employer, in every city and sector."""
