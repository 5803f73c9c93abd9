"""The pages people see: sign-in, consent, host, join, registration, and what the sandbox holds."""
