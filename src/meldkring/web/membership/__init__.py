"""The pages about members: admission, lists, proof of living there, moving, leaving, expelling."""
