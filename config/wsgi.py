"""Through which object does a web server call the project?"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.chunked import KnownLength

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = KnownLength(get_wsgi_application(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
