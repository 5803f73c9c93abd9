"""GoToTraining."""
