"""Opens files and databases of every kind and hands on their tables as they are; columns are not looked at here."""
