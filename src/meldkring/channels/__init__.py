"""How we talk to each service that carries messages: one file per channel, none knowing another, no Django and no rows (law 5)."""
