"""The JSON API: parse, check the key, call one operation of the registry, answer. No rules here."""
