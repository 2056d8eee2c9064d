"""The pages with which a steering group judges: the desk, a group, a posting, words to release."""
