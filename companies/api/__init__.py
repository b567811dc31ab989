"""The storefront API's own floor, and its endpoints about people and companies."""
