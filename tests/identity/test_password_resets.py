"""An admin's reset of a password is final, also for a change of it that began before."""

from collections.abc import Callable

import pytest

from app.identity.errors import WrongPassword
from app.identity.identity import system
from app.identity.passwords import Passwords
from app.identity.users import Users
from app.services import Services
from identity.people import PASSWORD, add_user, new_login, sign_in, users_of

MINE = "battery staple"
OF_THE_ADMIN = "set by the admin"


class Slow(Passwords):
    """Something happens while it hashes."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__(100)
        self._meanwhile = meanwhile

    def hash(self, password: str) -> str:
        """The text to store."""
        if password == MINE:
            self._meanwhile()
        return super().hash(password)


def test_a_change_that_began_before_a_reset_does_not_undo_it(services: Services, org: int) -> None:
    login = new_login()
    user_id = add_user(services, org, login=login)

    def reset() -> None:
        users_of(services).set_password(system(org, "test"), user_id, OF_THE_ADMIN)

    changing = Users(services.storage.people, services.storage.audit, Slow(reset))
    caller = sign_in(services, login)
    with pytest.raises(WrongPassword):
        changing.change_my_password(caller, old=PASSWORD, new=MINE)
    assert sign_in(services, login, OF_THE_ADMIN).id == user_id
