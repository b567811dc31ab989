"""Views only translate: find through the reader's eyes, make one call, show or lead on."""
