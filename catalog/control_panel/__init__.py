"""The seller's pages about products and offers."""
