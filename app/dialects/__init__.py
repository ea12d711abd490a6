"""The doors: each dialect translates its clients' words to the use cases and back. None knows another."""
