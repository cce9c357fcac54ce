"""What pages show to be typed into, and take back."""
