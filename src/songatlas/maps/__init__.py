"""Projects tracks onto two dimensions, for pictures only; never clustering input."""
