"""Scene, compositor and asset library."""
