"""The document of the storefront API (OpenAPI 3.1): what it says beside what the code says itself.

Paths, methods, kinds of tokens, scopes, page sizes and the family of errors come from the views. Words, schemas and
examples stand in the modules here, one per service; a test compares both with what really goes over the wire.
"""
