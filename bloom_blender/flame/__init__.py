"""What a fractal flame is: its model, its files, its animatable parameters and its variations."""
