"""The pages on which sellers review, deliver and look after orders."""
