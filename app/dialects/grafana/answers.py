"""ANSWERS: for each error of the rooms below, the status, body shape and message that Grafana's clients expect.

What an operation words differently stands in a table of its own, which is looked at first. The row of ``Exception``
is for what nobody foresaw.
"""

from app.dialects.grafana.ids import IdMissing, IdNotPositive, InvalidId
from app.dialects.grafana.levels import InvalidLevel
from app.dialects.grafana.paths import InvalidPathUid
from app.dialects.grafana.plugins import UnknownPlugin
from app.dialects.grafana.roles import InvalidRole
from app.dialects.grafana.shapes import E0, E1, E2, E3, E4, EMPTY, Answer, Answers
from app.edge.errors import BodyTooLarge, MalformedBody
from app.identity import errors as identity
from app.proxy import errors as proxy
from app.registry import errors as registry
from app.upstream import errors as upstream

ANSWERS: Answers = {
    # Who asks
    identity.NotAuthenticated: Answer(401, E3, "Unauthorized", "auth.unauthorized"),
    identity.InvalidToken: Answer(401, E3, "Invalid API key", "api-key.invalid"),
    identity.ExpiredToken: Answer(401, E3, "Expired API key", "api-key.expired"),
    identity.RevokedToken: Answer(401, E3, "Revoked API key", "api-key.revoked"),
    identity.TokenOfAnotherOrg: Answer(
        401, E3, "API key does not belong to the requested organization", "api-key.organization-mismatch"
    ),
    identity.WrongPassword: Answer(401, E3, "Invalid username or password", "password-auth.failed"),
    identity.EmptyPassword: Answer(401, E3, "Invalid username or password", "password-auth.empty"),
    identity.LoginBlocked: Answer(401, E3, "Invalid username or password", "login-attempt.blocked"),
    identity.AccountDisabled: Answer(401, E3, "Unauthorized", "identity.disabled"),
    # Grafana's clients do not sign.
    identity.UnknownAccessKey: Answer(401, E3, "Unauthorized", "auth.unauthorized"),
    identity.WrongSignature: Answer(401, E3, "Unauthorized", "auth.unauthorized"),
    identity.ExpiredAccessKey: Answer(401, E3, "Unauthorized", "auth.unauthorized"),
    identity.AccessKeyUnreadable: Answer(500, E0, "The access key cannot be read"),
    identity.PermissionDenied: Answer(
        403, E4, "You'll need additional permissions to perform this action. Permissions needed: {action}"
    ),
    identity.RoleTooHigh: Answer(403, E0, "Cannot assign a role higher than user's role"),
    # Accounts and tokens
    identity.OrgNotFound: Answer(404, E0, "Organization not found"),
    identity.OrgNameTaken: Answer(409, E0, "Organization name taken"),
    identity.LoginTaken: Answer(412, E0, "User with email or username already exists"),
    identity.AlreadyMember: Answer(409, E0, "User is already member of this organization"),
    identity.UserNotFound: Answer(404, E0, "user not found"),
    identity.TooBusy: Answer(503, E0, "Too many passwords are being checked, try again"),
    identity.LastOrg: Answer(400, E0, "Cannot delete the last organization"),
    identity.TokenRotated: Answer(409, E0, "The token has a successor already"),
    identity.NotAUser: Answer(403, E0, "Endpoint only available for users"),
    identity.MemberNotFound: Answer(404, E0, "user not found"),
    identity.LastOrgAdmin: Answer(400, E0, "Cannot remove last organization admin"),
    identity.LastServerAdmin: Answer(400, E0, "cannot remove last grafana admin"),
    identity.OwnOrgDeleted: Answer(400, E0, "Can not delete org for current user"),
    identity.TeamNotFound: Answer(404, E0, "Team not found"),
    identity.TeamNameTaken: Answer(409, E1, "Team name taken"),
    identity.AlreadyTeamMember: Answer(400, E0, "User is already added to this team"),
    identity.TeamMemberNotFound: Answer(404, E0, "Team member not found"),
    identity.InvalidLimits: Answer(400, E0, "{text}"),
    identity.ProxyRefusedByToken: Answer(403, E0, "This token does not allow {method} requests to this path"),
    identity.InvalidAccount: Answer(400, E0, "Bad request data"),
    identity.ServiceAccountNotFound: Answer(404, E2, "service account not found", "serviceaccounts.ErrNotFound"),
    identity.ServiceAccountTaken: Answer(400, E2, "service account already exists", "serviceaccounts.ErrAlreadyExists"),
    identity.TokenNotFound: Answer(404, E2, "service account token not found", "serviceaccounts.ErrTokenNotFound"),
    identity.TokenNameTaken: Answer(
        400,
        E2,
        "service account token with given name already exists in the organization",
        "serviceaccounts.ErrTokenAlreadyExists",
    ),
    identity.LifetimeNegative: Answer(400, E2, "invalid SecondsToLive value", "serviceaccounts.ErrInvalidInput"),
    identity.LifetimeMissing: Answer(400, E0, "Number of seconds before expiration should be set"),
    identity.LifetimeTooLong: Answer(400, E0, "Number of seconds before expiration is greater than the global limit"),
    identity.ApiKeyNotFound: Answer(404, E1, "Failed to delete API key"),
    identity.ApiKeyNameTaken: Answer(409, E0, "API key, organization ID and name must be unique"),
    identity.AccountNotFound: Answer(404, E0, "user not found"),
    identity.AccessKeyNotFound: Answer(404, E0, "Access key not found"),
    identity.TooManyAccessKeys: Answer(409, E0, "The account has too many access keys"),
    InvalidRole: Answer(400, E0, "Invalid role specified"),
    # Data sources
    registry.DataSourceNotFound: Answer(404, E0, "Data source not found"),
    registry.DataSourceDenied: Answer(
        403, E4, "You'll need additional permissions to perform this action. Permissions needed: {action}"
    ),
    registry.DataSourceNameTaken: Answer(409, E1, "data source with the same name already exists"),
    registry.DataSourceUidTaken: Answer(409, E1, "data source with the same uid already exists"),
    registry.NameTooLong: Answer(400, E2, "Invalid datasource name.", "datasource.nameInvalid"),
    registry.UrlTooLong: Answer(400, E2, "Invalid datasource url.", "datasource.urlInvalid"),
    registry.InvalidUid: Answer(400, E2, "Invalid datasource UID.", "datasource.uidInvalid"),
    registry.InvalidArn: Answer(400, E1, "Validation error, jsonData.awsArn is no ARN of a domain or a collection"),
    registry.DataSourceArnTaken: Answer(409, E1, "data source with the same jsonData.awsArn already exists"),
    registry.InvalidUrl: Answer(400, E1, "Validation error, invalid URL"),
    registry.ReadOnlyDataSource: Answer(403, E0, "Cannot update read-only data source"),
    registry.VersionConflict: Answer(
        409, E1, "Datasource has already been updated by someone else. Please reload and try again"
    ),
    registry.QuotaReached: Answer(403, E0, "data_source Quota reached"),
    registry.TeamHeadersRefused: Answer(
        403,
        E0,
        "Cannot create datasource with team HTTP headers, need to use updateDatasourceLBACRules API",
    ),
    registry.ReservedHeader: Answer(400, E1, "Failed to add datasource"),
    registry.SecretsUnreadable: Answer(500, E1, "Unable to load datasource meta data"),
    # Correlations
    registry.CorrelationNotFound: Answer(404, E1, "Correlation not found"),
    registry.CorrelationProvisioned: Answer(403, E1, "Correlation can only be edited via provisioning"),
    registry.InvalidCorrelation: Answer(400, E1, "bad request data"),
    registry.EmptyCorrelationChange: Answer(400, E1, "At least one of label, description or config is required"),
    registry.ConfigTypeDeprecated: Answer(500, E1, "Failed to add correlation"),
    registry.AdminsMayAll: Answer(400, E0, "Organization admins may always do everything with a data source"),
    registry.GranteeNotFound: Answer(404, E0, "The organization has no such user, service account or team"),
    InvalidLevel: Answer(400, E0, "invalid permission"),
    UnknownPlugin: Answer(404, E0, "Plugin not found, no installed plugin with that id"),
    registry.RoleMissing: Answer(403, E1, "Access denied to datasource"),
    registry.DataSourceDisabled: Answer(403, E0, "Data source {name} is disabled"),
    # The proxy
    proxy.TypeNotInstalled: Answer(404, E0, "Unable to find datasource plugin"),
    proxy.TypeNotHttp: Answer(400, E0, "Data sources of type {type_id} do not speak HTTP and cannot be proxied"),
    proxy.RouteDenied: Answer(403, E0, "plugin proxy route access denied"),
    proxy.MethodNotListed: Answer(403, E0, "non allow-listed {method}s not allowed on proxied {type_id} datasource"),
    proxy.TypeRefusesMethod: Answer(403, E0, "{methods} not allowed on proxied {title} datasource{exception}"),
    proxy.SigningRefused: Answer(400, E0, "The request cannot be signed: {reason}"),
    proxy.GoesInCircles: Answer(508, E0, "The data source leads back to this gateway"),
    upstream.AddressDenied: Answer(403, E0, "The address of the data source's server is not allowed here"),
    upstream.TooManyRequests: Answer(503, E0, "Too many requests to this data source are under way"),
    upstream.AnswerTooLarge: Answer(502, EMPTY),
    upstream.TlsMaterialInvalid: Answer(400, E1, "Unable to load TLS certificate"),
    proxy.HostNotAllowed: Answer(403, E0, "Data proxy hostname and ip are not included in whitelist"),
    proxy.MethodRefused: Answer(403, E0, "{method} requests are not proxied: the answer would repeat the credentials"),
    proxy.UndecodablePath: Answer(400, E0, "The proxied path has an invalid percent escape"),
    proxy.PathClimbs: Answer(403, E0, "The proxied path must not contain .. segments"),
    proxy.UnsendableHeader: Answer(500, E1, "Failed creating data source proxy"),
    upstream.UpstreamUnreachable: Answer(502, EMPTY),
    upstream.UpstreamTimeout: Answer(504, EMPTY),
    upstream.BodyUnavailable: Answer(499, EMPTY),
    upstream.CallerGone: Answer(499, EMPTY),
    upstream.BodyTooLargeToSign: Answer(413, E0, "A signed request may have a body of {limit} bytes at most"),
    # Requests
    InvalidId: Answer(400, E0, "id is invalid"),
    IdMissing: Answer(400, E0, "Datasource id is missing"),
    IdNotPositive: Answer(400, E0, "Missing valid datasource id"),
    InvalidPathUid: Answer(400, E0, "UID is invalid"),
    MalformedBody: Answer(400, E1, "bad request data"),
    BodyTooLarge: Answer(413, E0, "The request body is larger than {limit} bytes"),
    Exception: Answer(500, E1, "Internal Server Error"),
}

ON_LIST: Answers = {Exception: Answer(500, E1, "Failed to query datasources")}

ON_GET_BY_UID: Answers = {Exception: Answer(500, E1, "Failed to query datasource")}

ON_CREATE: Answers = {Exception: Answer(500, E1, "Failed to add datasource")}

ON_UPDATE: Answers = {
    InvalidId: Answer(400, E1, "id is invalid"),
    IdMissing: Answer(400, E1, "Datasource id is missing"),
    registry.DataSourceNameTaken: Answer(
        409, E1, "Failed to update datasource: data source with the same name already exists"
    ),
    # Grafana maps a taken uid only where it inserts; its clients know the 500.
    registry.DataSourceUidTaken: Answer(500, E1, "Failed to update datasource"),
    registry.ReservedHeader: Answer(400, E1, "Failed to update datasource"),
    Exception: Answer(500, E1, "Failed to update datasource"),
}

ON_DELETE: Answers = {
    InvalidId: Answer(400, E1, "id is invalid"),
    registry.ReadOnlyDataSource: Answer(403, E0, "Cannot delete read-only data source"),
    Exception: Answer(500, E1, "Failed to delete datasource"),
}

ON_PROXY: Answers = {
    InvalidId: Answer(400, E1, "id is invalid"),
    registry.DataSourceNotFound: Answer(404, E1, "Unable to find datasource"),
    registry.DataSourceDenied: Answer(403, E1, "Access denied to datasource"),
    registry.InvalidUrl: Answer(400, E1, 'Invalid data source URL: "{url}"'),
    Exception: Answer(500, E1, "Unable to load datasource meta data"),
}

ON_RESOURCES: Answers = {
    registry.DataSourceDenied: Answer(403, E1, "Access denied to datasource"),
    registry.InvalidUrl: Answer(400, E1, 'Invalid data source URL: "{url}"'),
    Exception: Answer(500, E1, "Failed to call resource"),
}

ON_HEALTH: Answers = {
    registry.DataSourceDenied: Answer(403, E1, "Access denied to datasource"),
    registry.InvalidUrl: Answer(400, E1, 'Invalid data source URL: "{url}"'),
    Exception: Answer(500, E1, "Plugin request failed"),
}

ON_ORGS: Answers = {InvalidId: Answer(400, E0, "orgId is invalid")}

ON_ORG_CHANGE: Answers = {**ON_ORGS, identity.OrgNameTaken: Answer(400, E0, "Organization name taken")}

ON_ORG_DELETE: Answers = {
    **ON_ORGS,
    identity.OrgNotFound: Answer(404, E0, "Failed to delete organization. ID not found"),
}

ON_ORG_USERS: Answers = {identity.UserNotFound: Answer(404, E0, "User not found")}

ON_ORG_USER_CHANGE: Answers = {
    identity.LastOrgAdmin: Answer(400, E0, "Cannot change role so that there is no organization admin left"),
}

ON_USER: Answers = {identity.MemberNotFound: Answer(401, E0, "Not a valid organization")}

ON_MY_PASSWORD: Answers = {
    identity.WrongPassword: Answer(401, E0, "Invalid old password"),
    identity.InvalidAccount: Answer(400, E0, "New password is too short"),
}

ON_USERS: Answers = {
    identity.InvalidAccount: Answer(400, E0, "{text}"),
    identity.OrgNotFound: Answer(400, E0, "Organization not found"),
}

ON_TEAMS: Answers = {InvalidId: Answer(400, E0, "teamId is invalid")}

ON_TEAM_CHANGE: Answers = {**ON_TEAMS, identity.TeamNameTaken: Answer(400, E1, "Team name taken")}

ON_SERVICE_ACCOUNTS: Answers = {
    InvalidId: Answer(400, E0, "Service Account ID is invalid"),
    MalformedBody: Answer(400, E1, "Bad request data"),
}

ON_API_KEYS: Answers = {
    identity.InvalidAccount: Answer(400, E0, "bad request data"),
    identity.LifetimeNegative: Answer(400, E0, "negative value for SecondsToLive"),
    Exception: Answer(500, E1, "Failed to add API Key"),
}

ON_CORRELATION_LIST: Answers = {
    registry.DataSourceNotFound: Answer(404, E1, "Source data source not found"),
    Exception: Answer(500, E1, "Failed to get correlations"),
}

ON_CORRELATION_GET: Answers = {
    registry.DataSourceNotFound: Answer(404, E1, "Source data source not found"),
    Exception: Answer(500, E1, "Failed to get correlation"),
}

ON_CORRELATION_CREATE: Answers = {
    registry.DataSourceNotFound: Answer(404, E1, "Data source not found"),
    Exception: Answer(500, E1, "Failed to add correlation"),
}

ON_CORRELATION_UPDATE: Answers = {
    registry.DataSourceNotFound: Answer(404, E1, "Data source not found"),
    Exception: Answer(500, E1, "Failed to update correlation"),
}

ON_CORRELATION_DELETE: Answers = {
    registry.DataSourceNotFound: Answer(404, E1, "Data source not found"),
    Exception: Answer(500, E1, "Failed to delete correlation"),
}
