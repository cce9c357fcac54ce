"""`make bench`: what a page costs here, beside what it costs in a bare Django on the same machine."""
