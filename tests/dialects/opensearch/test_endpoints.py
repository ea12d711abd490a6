"""What the columns hold of an endpoint, and the endpoint again when the columns changed."""

import pytest

from app.dialects.opensearch.endpoints import columns_of, with_columns


@pytest.mark.parametrize(
    ("endpoint", "url", "database"),
    [
        ("jdbc:mysql://mysql-server:3306/customers", "mysql-server:3306", "customers"),
        ("mysql://h:3306/customers?x=y", "h:3306", "customers"),
        ("jdbc:postgresql://h/db", "h", "db"),
        ("h:3306/customers", "h:3306", "customers"),
        ("h:3306", "h:3306", ""),
        ("jdbc:mysql://h:3306", "h:3306", ""),
        ("jdbc:mysql://h:3306/", "h:3306", ""),
        ("jdbc:mysql://h:3306?useSSL=true", "h:3306", ""),
        ("jdbc:sqlserver://h:1433;databaseName=orders;encrypt=true", "h:1433", "orders"),
        ("jdbc:sqlserver://h:1433;encrypt=true;DATABASENAME=orders", "h:1433", "orders"),
        ("jdbc:sqlserver://h:1433;encrypt=true", "h:1433", ""),
        ("jdbc:sqlserver://h\\sql:1433;databaseName=orders", "h\\sql:1433", "orders"),
        ("", "", ""),
    ],
)
def test_an_endpoint_is_a_url_and_a_database(endpoint: str, url: str, database: str) -> None:
    assert columns_of(endpoint) == (url, database)


@pytest.mark.parametrize(
    ("endpoint", "url", "database", "changed"),
    [
        ("jdbc:mysql://h:1/db?x=y", "h:1", "db", "jdbc:mysql://h:1/db?x=y"),
        ("jdbc:mysql://h:1/db?x=y", "other:2", "db", "jdbc:mysql://other:2/db?x=y"),
        ("jdbc:mysql://h:1/db?x=y", "h:1", "orders", "jdbc:mysql://h:1/orders?x=y"),
        ("jdbc:mysql://h:1/db?x=y", "h:1", "", "jdbc:mysql://h:1?x=y"),
        ("jdbc:mysql://h:1", "h:1", "db", "jdbc:mysql://h:1/db"),
        ("jdbc:mysql://h:1/", "h:1", "", "jdbc:mysql://h:1/"),
        ("h:1", "h:2", "db", "h:2/db"),
        ("", "h:2", "db", "h:2/db"),
        ("jdbc:sqlserver://h:1;databaseName=a;b=c", "h:2", "d", "jdbc:sqlserver://h:2;databaseName=d;b=c"),
        ("jdbc:sqlserver://h:1;databaseName=a", "h:1", "a\\1", "jdbc:sqlserver://h:1;databaseName=a\\1"),
    ],
)
def test_an_endpoint_keeps_its_style_when_the_columns_change(
    endpoint: str, url: str, database: str, changed: str
) -> None:
    assert with_columns(endpoint, url, database) == changed
