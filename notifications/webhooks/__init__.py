"""Telling the systems of vendors: signed calls, tried again until they are taken (Standard Webhooks)."""
