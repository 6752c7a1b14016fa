"""From a table of tracks to features ready to cluster: explore, clean with a ledger, choose, scale."""
