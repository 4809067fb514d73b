"""Puts this folder on the path, so that tests share ``fake_province`` (and worker processes find it)."""
