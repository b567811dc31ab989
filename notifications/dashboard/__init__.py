"""The notices in the dashboard."""
