"""The WSGI entry: ``gunicorn wsgi:application``; ``sluice serve`` prepares the data path and does the same."""

from app import create_app

application = create_app()
