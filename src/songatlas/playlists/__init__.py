"""Chooses and orders tracks for playlists."""
