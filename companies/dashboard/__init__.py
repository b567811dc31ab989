"""Signing in and out, the company's page and one's own profile."""
