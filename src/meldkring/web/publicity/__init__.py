"""The pages about making a district known: posters, corners, letters to the press, who may be quoted."""
