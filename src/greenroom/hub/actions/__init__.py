"""Actions: what a form or a step of a campaign may do for contacts, each written once."""
