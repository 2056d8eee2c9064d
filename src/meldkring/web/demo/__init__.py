"""What only the demo has: looking along as somebody else, and a pretended chat."""
