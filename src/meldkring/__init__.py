"""Meldkring: the neighbourhood-watch platform."""
