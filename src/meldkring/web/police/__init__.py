"""The pages about messages from and for the police."""
