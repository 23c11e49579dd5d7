"""Uploaded pictures: kept once by content, shown in several widths, never as they came in."""
