"""Does a body that comes in pieces arrive, without being waited for where nobody says that it ends?"""

from io import BytesIO

import pytest

from config.chunked import KnownLength

CHUNKED = {"HTTP_TRANSFER_ENCODING": "Chunked", "wsgi.input_terminated": True}


@pytest.mark.parametrize(
    ("environ", "length", "left"),
    [
        (CHUNKED, "9", b""),
        (CHUNKED | {"longest": 4}, "5", b""),
        (CHUNKED | {"CONTENT_LENGTH": "3"}, "3", b"abcdefghi"),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, None, b"abcdefghi"),
        ({"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}, "", b"abcdefghi"),
    ],
    ids=["all of it", "enough to see that it is too much", "a length was given", "an endless one", "no body"],
)
def test_what_the_application_gets(environ, length, left):
    stream, seen = BytesIO(b"abcdefghi"), {}
    longest = environ.get("longest", 100)

    answer = KnownLength(lambda environ, _: [seen.update(environ) or b"done"], longest)(
        {**environ, "wsgi.input": stream}, None
    )

    assert (answer, seen.get("CONTENT_LENGTH")) == ([b"done"], length)
    assert seen["wsgi.input"].read() == (left or b"abcdefghi"[: int(length)])
