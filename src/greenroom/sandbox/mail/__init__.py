"""The mailbox: every mail that programs send here is kept and shown, and goes nowhere else."""
