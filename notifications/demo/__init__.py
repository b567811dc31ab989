"""The mails that a demo sent, to look at. Not mounted in production."""
