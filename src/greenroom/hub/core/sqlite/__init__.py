"""Django's SQLite, with writers that come to their turn soon. The settings name it as their database's engine."""
