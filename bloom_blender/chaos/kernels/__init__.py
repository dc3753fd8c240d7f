"""The loops that play the chaos game, and `build`, which compiles them."""
