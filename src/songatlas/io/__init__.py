"""Reads tables of tracks and writes run folders and playlists: the only rooms that touch files."""
