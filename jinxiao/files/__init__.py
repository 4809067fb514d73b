"""Strict reading and atomic writing: what goes wrong with a file is said in one line that names the place."""
