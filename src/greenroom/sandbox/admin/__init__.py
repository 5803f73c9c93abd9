"""The Admin API: who the token's user is, and who is in the account."""
