"""What an ASGI server imports: ``uvicorn webapp.asgi:app``."""

from webapp.main import create_app
from webapp.settings import Settings

app = create_app(Settings(), open_all=False)
