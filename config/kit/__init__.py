"""The floor every app stands on: ideas without tables, and without any app of this project."""
