"""One's own profile, for vendors, resellers and platform staff."""
