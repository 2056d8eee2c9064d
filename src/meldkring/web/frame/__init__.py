"""What stands around every page or is used by all: the shell, the menu, forms, refusals, maps, what is kept and packed."""
