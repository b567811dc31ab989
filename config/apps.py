from django.apps import AppConfig

# Shared tasks find the Celery application because it was made when Django started. Here and not in the package's
# `__init__`, so that a module of rules can be imported from `config.kit` without Celery and Django.
from config.celery import app as celery_app

__all__ = ["ConfigConfig", "celery_app"]


class ConfigConfig(AppConfig):
    """An app only for the commands that start the whole: it has no tables."""

    name = "config"
    label = "config"
