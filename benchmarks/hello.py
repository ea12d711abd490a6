"""The smallest Flask application: the reference for what Flask and gunicorn cost by themselves."""

from flask import Flask

application = Flask(__name__)


@application.get("/")
def hello() -> str:
    """Greet."""
    return "hello"
