"""Changing the catalogue: what is written here leaves an entry in the history of companies and marketplaces."""
