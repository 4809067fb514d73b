"""Households: what they are, the rules they follow, and the loop that applies the rules in the order of the month."""
