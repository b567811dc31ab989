"""The pages on which customers read, answer and follow requests for approval."""
