"""Tourist parties from outside the province."""
