"""What gunicorn runs: the application, in a process which has loaded what it needs."""

from engine import garbage
from web.create_app import create_app

app = create_app()
garbage.settle()
