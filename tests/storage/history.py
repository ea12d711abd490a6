"""A database at a step of its history, with rows as releases of that time wrote them."""

from pathlib import Path

from playhouse.migrations import Runner

from app.services import Storage, open_storage
from app.settings import Settings
from app.storage.database import Database, Row
from conftest import NewDatabase
from servers.gunicorn import PROJECT

FIRST, SECOND, THIRD, FOURTH = "0001_initial", "0002_permissions", "0003_opensearch", "0004_access_keys"
FIFTH = "0005_applications"
# What today's stores need.
NEWEST = FIFTH

# As a release that knew only the first step wrote them.
_ROWS = (
    "INSERT INTO org (id, name, created_at) VALUES (1, 'Main Org.', 5)",
    "INSERT INTO org (id, name, created_at) VALUES (2, 'Acme é', 5)",
    "INSERT INTO account (id, uid, login, email, name, password_hash, is_server_admin, is_disabled, "
    "is_service_account, org_id, created_at) VALUES (1, 'u1', 'ada', NULL, 'Ada', 'hash', TRUE, FALSE, FALSE, 2, 5)",
    "INSERT INTO account (id, uid, login, email, name, password_hash, is_server_admin, is_disabled, "
    "is_service_account, org_id, created_at) VALUES (2, 'u2', 'sa-2-ci', NULL, 'ci', '!', FALSE, FALSE, TRUE, 2, 5)",
    "INSERT INTO org_member (org_id, account_id, role) VALUES (2, 1, 'Admin')",
    "INSERT INTO org_member (org_id, account_id, role) VALUES (2, 2, 'Editor')",
    "INSERT INTO token (id, org_id, name, token_hash, service_account_id, role, created_at, expires_at, last_used_at, "
    "is_revoked) VALUES (1, 2, 'key', 'hash 1', NULL, 'Viewer', 5, NULL, NULL, FALSE)",
    "INSERT INTO token (id, org_id, name, token_hash, service_account_id, role, created_at, expires_at, last_used_at, "
    "is_revoked) VALUES (2, 2, 'one', 'hash 2', 2, NULL, 5, 9, 7, TRUE)",
    "INSERT INTO data_source (id, org_id, uid, name, type, access, url, {user}, {database}, basic_auth, "
    "basic_auth_user, with_credentials, default_of, json_data, ciphertexts, read_only, api_version, version, "
    "created_at, updated_at) VALUES (7, 2, 'one', 'metrics', 'prometheus', 'proxy', 'http://127.0.0.1:9090', '', '', "
    "FALSE, '', FALSE, 2, '{{}}', '{{}}', FALSE, '', 3, 5, 5)",
)
# Without an id, as a release that knew only two steps added it.
NEXT_DATA_SOURCE = (
    "INSERT INTO data_source (org_id, uid, name, type, access, url, {user}, {database}, basic_auth, basic_auth_user, "
    "with_credentials, default_of, json_data, ciphertexts, read_only, api_version, version, created_at, updated_at, "
    "has_permissions) VALUES (1, 'next', 'next', 'prometheus', 'proxy', '', '', '', FALSE, '', FALSE, NULL, '{{}}', "
    "'{{}}', FALSE, '', 1, 5, 5, FALSE)"
)
TABLES_WITH_ROWS = ("org", "account", "org_member", "token", "data_source")


class History:
    """A database at a step of its history."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.database: Database = storage.database

    def up(self, target: str) -> None:
        """To the step, which is done."""
        with self.database.connected():
            self._runner().up(target)

    def down(self, target: str) -> None:
        """Before the step, which is taken back."""
        with self.database.connected():
            self._runner().down(target)

    def run(self, *statements: str) -> None:
        """In a transaction."""
        left, right = self.database.peewee.quote
        with self.database.writing():
            for sql in statements:
                words = {word: f"{left}{word}{right}" for word in ("user", "database")}
                self.database.peewee.execute_sql(sql.format(**words))

    def add_data_source(self) -> int:
        """Its id, which the database chose."""
        self.run(NEXT_DATA_SOURCE)
        return int(self.database.rows("SELECT id FROM data_source WHERE uid = 'next'")[0][0])

    def tables(self) -> set[str]:
        """The names of all tables."""
        with self.database.connected():
            return set(self.database.peewee.get_tables())

    def columns(self) -> set[tuple[str, str]]:
        """The names of tables and columns."""
        with self.database.connected():
            get = self.database.peewee.get_columns
            return {(table, column.name) for table in self.database.peewee.get_tables() for column in get(table)}

    def rows(self, without: set[tuple[str, str]]) -> dict[str, list[Row]]:
        """All rows of the first step's tables, in the columns that are not named."""
        left, right = self.database.peewee.quote
        columns = sorted(self.columns() - without)
        return {
            table: self.database.rows(
                f"SELECT {', '.join(f'{left}{name}{right}' for owner, name in columns if owner == table)} "
                f"FROM {table} ORDER BY id"
            )
            for table in TABLES_WITH_ROWS
        }

    def _runner(self) -> Runner:
        return Runner(self.database.peewee, str(PROJECT / "migrations"))


def after_the_first_step(database_kind: str, new_database: NewDatabase, directory: Path) -> History:
    """With its rows."""
    made = History(open_storage(Settings(data_path=directory, database_url=new_database())))
    made.up(FIRST)
    made.run(*_ROWS)
    if database_kind == "postgresql":
        # Rows that say their own ids do not move its sequences.
        made.run(*(f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))" for table in TABLES_WITH_ROWS))
    return made
