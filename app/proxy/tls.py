"""TLS of a data source, from its jsonData and secrets. Pure."""

from collections.abc import Mapping

from app.registry.datasource import DataSource
from app.upstream.request import TlsSettings


def tls_settings(data_source: DataSource, secrets: Mapping[str, str]) -> TlsSettings | None:
    """None when the data source says nothing about TLS. Each secret counts only when its flag is true."""
    given = data_source.json_data
    with_certificate = given.get("tlsAuth") is True
    with_ca = given.get("tlsAuthWithCACert") is True
    server_name = given.get("serverName")
    found = TlsSettings(
        ca=secrets.get("tlsCACert", "") if with_ca else "",
        certificate=secrets.get("tlsClientCert", "") if with_certificate else "",
        key=secrets.get("tlsClientKey", "") if with_certificate else "",
        verify=given.get("tlsSkipVerify") is not True,
        server_name=server_name if isinstance(server_name, str) else "",
    )
    return None if found == _SILENT else found


_SILENT = TlsSettings()
