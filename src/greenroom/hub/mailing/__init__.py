"""Mailing: letters in line to be sent once, e-mails made of merge tags, and what became of both."""
