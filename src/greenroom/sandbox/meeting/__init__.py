"""GoToMeeting."""
