from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """An app only for the commands that start the whole: it has no tables."""

    name = "config"
    label = "config"
