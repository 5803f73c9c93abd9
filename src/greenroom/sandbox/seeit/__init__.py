"""GoToAssist Seeit."""
