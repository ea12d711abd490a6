"""What can be true of a caller, a token or an account; dialects choose the words and the number."""


class IdentityError(Exception):
    """Any refusal of this room."""


class NotAuthenticated(IdentityError):
    """No credentials were given, or none that could be read."""


class InvalidToken(IdentityError):
    """The token is malformed or unknown. Never says which token."""


class ExpiredToken(IdentityError):
    """The token's time is over."""


class RevokedToken(IdentityError):
    """The token was revoked."""


class TokenOfAnotherOrg(IdentityError):
    """The request names an org that the token does not belong to."""


class WrongPassword(IdentityError):
    """Unknown login or wrong password; which of them is not said."""


class EmptyPassword(IdentityError):
    """Basic auth without a password."""


class LoginBlocked(IdentityError):
    """Too many wrong passwords for this login lately, or too many sign-ins of anyone right now."""


class AccountDisabled(IdentityError):
    """The user or service account exists and is disabled."""


class PermissionDenied(IdentityError):
    """The caller's grants do not include the action."""

    def __init__(self, action: str) -> None:
        super().__init__(f"needs {action}")
        self.action = action


class RoleTooHigh(IdentityError):
    """The caller would hand out a role above their own."""

    def __init__(self, role: str) -> None:
        super().__init__(f"cannot assign {role}")


class OrgNameTaken(IdentityError):
    """Another org has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"An org named {name!r} exists already.")


class OrgNotFound(IdentityError):
    """No org has this id or name."""

    def __init__(self, org: int | str) -> None:
        super().__init__(f"There is no org {org}.")


class LoginTaken(IdentityError):
    """Another user or service account has this login or e-mail."""

    def __init__(self, login: str) -> None:
        super().__init__(f"The login {login!r} is taken.")


class UserNotFound(IdentityError):
    """No user has this login."""

    def __init__(self, login: str) -> None:
        super().__init__(f"There is no user {login!r}.")


class AlreadyMember(IdentityError):
    """The user is a member of the org already."""

    def __init__(self) -> None:
        super().__init__("The user is a member of this org already.")


class InvalidAccount(IdentityError):
    """An org, user or service account cannot have this name, login or password; the text says why."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class ServiceAccountNotFound(IdentityError):
    """No service account of this org has this id."""


class ServiceAccountTaken(IdentityError):
    """Another service account of the org has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The org has a service account {name!r} already, or one with the same login, or one with another role or "
            "disabled: choose another name."
        )


class TokenNotFound(IdentityError):
    """The service account, or the org, has no token with this id."""

    def __init__(self) -> None:
        super().__init__("The org has no service account token with this id.")


class TokenNameTaken(IdentityError):
    """Another token of the org has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The org has a token or API key {name!r} already: choose another name.")


class ApiKeyNotFound(IdentityError):
    """No API key of this org has this id."""


class ApiKeyNameTaken(IdentityError):
    """Another API key or token of the org has this name."""


class LifetimeNegative(IdentityError):
    """secondsToLive is below zero."""

    def __init__(self) -> None:
        super().__init__("A token cannot live less than no time.")


class LifetimeMissing(IdentityError):
    """A limit is set, so a token that never expires is refused."""

    def __init__(self) -> None:
        super().__init__("GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE is set, so a token needs a time to expire in.")


class LifetimeTooLong(IdentityError):
    """secondsToLive is above the limit of the settings."""

    def __init__(self) -> None:
        super().__init__("The token would live longer than GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE or the calendar allows.")


class InvalidLimits(IdentityError):
    """A token cannot be narrowed this way; the text says why."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class ProxyRefusedByToken(IdentityError):
    """The token does not open this request to a data source's server."""

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"This token does not allow {method} {path}")
        self.method = method
        self.path = path


class MemberNotFound(IdentityError):
    """The user is no member of the org."""


class LastOrgAdmin(IdentityError):
    """The org would be left without an admin who can sign in."""


class LastServerAdmin(IdentityError):
    """The installation would be left without a server admin who can sign in."""


class OwnOrgDeleted(IdentityError):
    """The caller would delete the org that they are working in."""


class TeamNotFound(IdentityError):
    """No team of this org has this id."""


class TeamNameTaken(IdentityError):
    """Another team of the org has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The org has a team {name!r} already.")


class AlreadyTeamMember(IdentityError):
    """The user is in the team already."""


class TeamMemberNotFound(IdentityError):
    """The user is not in the team."""


class TooBusy(IdentityError):
    """So many passwords are being hashed right now that this one was turned away."""


class LastOrg(IdentityError):
    """The installation would be left without any org."""


class TokenRotated(IdentityError):
    """The token has a successor already."""

    def __init__(self) -> None:
        super().__init__("The token has a successor already: rotate that one.")


class NotAUser(IdentityError):
    """The caller is a token, and only a person has what is asked for."""


class AccountNotFound(IdentityError):
    """The org has no user or service account with this login."""

    def __init__(self, login: str) -> None:
        super().__init__(f"The org has no user or service account with the login {login!r}.")
        self.login = login


class AccessKeyNotFound(IdentityError):
    """The org has no access key with this id."""

    def __init__(self) -> None:
        super().__init__("The org has no access key with this id.")


class TooManyAccessKeys(IdentityError):
    """The account has as many access keys as one may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The account has {most} access keys already, which is the most: delete one first.")


class UnknownAccessKey(IdentityError):
    """There is no such access key, or the session token beside it is not the one it was issued with."""


class WrongSignature(IdentityError):
    """The request was not signed with the secret of the access key, or was changed since."""


class ExpiredAccessKey(IdentityError):
    """The access key's time is over."""


class AccessKeyUnreadable(IdentityError):
    """The secret of the access key cannot be decrypted with the present secret key."""
