"""The pages of who oversees: figures, districts, linking, roles, the look."""
