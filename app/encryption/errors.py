"""What can be true of keys and ciphertexts that the rest must hear of."""


class EncryptionError(Exception):
    """Any failure to keep or read a secret."""


class WrongSecretKey(EncryptionError):
    """The secret key does not unwrap the active data key."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"The secret key does not open data key {key_id!r}: give back the secret key that this database was used "
            "with (GF_SECURITY_SECRET_KEY, or the key file in the data path), or run 'sluice secrets forget' to go on "
            "without the stored credentials."
        )


class Undecryptable(EncryptionError):
    """A stored ciphertext cannot be read: its key is unknown, or it was changed or moved."""

    def __init__(self, context: str) -> None:
        super().__init__(f"The ciphertext of {context} cannot be decrypted.")
        self.context = context
