"""SCIM: the users and groups of an organization."""
