"""The notices in the control panel."""
