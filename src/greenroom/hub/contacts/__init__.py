"""People marketing speaks to: who they are, under which addresses, and what they took part in."""
