"""The pages of a member: home, reporting, a case, letters, and what is their own."""
