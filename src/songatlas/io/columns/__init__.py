"""Recognizes the columns of a table, decides their units from their values, and converts them to canonical form."""
