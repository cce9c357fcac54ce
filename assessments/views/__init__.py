"""Pages of instructors and of their results."""
