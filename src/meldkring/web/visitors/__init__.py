"""The pages for who is not signed in: a district's own page, signing up, beginning a district, complaints, how others find us."""
