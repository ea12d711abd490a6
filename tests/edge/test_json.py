import json

import orjson
import pytest
from flask import Flask

from app.edge.json import OrjsonProvider, dump
from app.registry.json_data import JsonData


@pytest.mark.parametrize(
    "text", ["{}", '{"b":1,"a":1.0}', '{"n":123456789012345678901234567890}', '{"e":1e2,"é":"\\u00e9"}']
)
def test_json_data_is_written_as_it_was_kept(text: str) -> None:
    assert dump({"jsonData": JsonData(text)}) == b'{"jsonData":%b}' % text.encode()


def test_text_beyond_ascii_is_utf_8() -> None:
    assert dump({"name": "é😀"}) == '{"name":"é😀"}'.encode()


def test_what_has_no_json_form_is_an_error_and_never_its_text() -> None:
    with pytest.raises(TypeError):
        dump({"value": object()})


def test_flask_answers_with_json() -> None:
    app = Flask("test")
    app.json = OrjsonProvider(app)
    with app.app_context():
        response = app.json.response({"a": [1, None]})
    assert (response.mimetype, orjson.loads(response.get_data())) == ("application/json", {"a": [1, None]})


def test_what_flask_writes_it_reads_back() -> None:
    provider = OrjsonProvider(Flask("test"))
    assert provider.loads(provider.dumps({"a": "é"})) == {"a": "é"}


def test_a_document_deeper_than_the_fast_writer_goes_is_written_all_the_same() -> None:
    text = '{"a":' * 400 + "1" + "}" * 400
    assert dump([json.loads(text), 2]) == b"[%b,2]" % text.encode()
