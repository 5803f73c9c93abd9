"""GoToAssist Remote Support."""
