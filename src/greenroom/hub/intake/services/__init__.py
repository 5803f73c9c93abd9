"""Setting up GoTo's webhooks, taking in what they bring, and applying it."""
