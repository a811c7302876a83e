"""Hostile addresses, servers and files: each is refused with its reason, in bounded time and memory."""

import socket
import threading
import tracemalloc
from pathlib import Path

import pytest

from index.errors import LoadError
from index.loading import web
from index.loading.documents import archive
from index.loading.formats import read
from index.loading.isolated import Bounds, ReadingApart
from index.types import Article, LoadFailure
from tests.index.loading.pdfs import drawing_itself
from tests.index.loading.test_documents import W, p, packed, text_of, word
from tests.index.loading.websites import PAGE, Site, reason_at

TIGHT = web.Limits(connect_s=1, total_s=0.3, body_bytes=100_000)
PRIVATE = "is a private or reserved address"
NO_ADDRESS = "not a web address"
NO_WEB = "expected an http or https address"
CREDENTIALS = "holds a user name or password"

ADDRESSES = {
    "file:///etc/passwd": NO_WEB,
    "ftp://news.test/a.txt": NO_WEB,
    "gopher://127.0.0.1:70/": NO_WEB,
    "data:text/html,<p>The river rose.</p>": NO_WEB,
    "javascript:alert(1)": NO_WEB,
    "http:///nohost": NO_WEB,
    "http:127.0.0.1": NO_WEB,
    "http://user:secret@news.test/": CREDENTIALS,
    "http://127.0.0.1@news.test/": CREDENTIALS,
    "http://127.0.0.1\\@news.test/": CREDENTIALS,
    "http://127.0.0.1/": PRIVATE,
    "http://127.1/": PRIVATE,
    "http://2130706433/": PRIVATE,
    "http://0x7f000001/": PRIVATE,
    "http://0/": PRIVATE,
    "http://0177.0.0.1/": NO_ADDRESS,
    "http://127。0。0。1/": PRIVATE,
    "http://①27.0.0.1/": NO_ADDRESS,
    "http://localhost/": PRIVATE,
    "http://10.0.0.1/": PRIVATE,
    "http://172.16.0.1/": PRIVATE,
    "http://192.168.1.1/": PRIVATE,
    "http://169.254.169.254/latest/meta-data/": PRIVATE,
    "http://100.100.100.200/latest/meta-data/": PRIVATE,
    "http://192.0.0.192/latest/": PRIVATE,
    "http://[fd00:ec2::254]/latest/meta-data/": PRIVATE,
    "http://[::1]/": PRIVATE,
    "http://[::]/": PRIVATE,
    "http://[::127.0.0.1]/": PRIVATE,
    "http://[::ffff:127.0.0.1]/": PRIVATE,
    "http://[::ffff:a9fe:a9fe]/": PRIVATE,
    "http://[::ffff:0:127.0.0.1]/": PRIVATE,
    "http://[64:ff9b::a9fe:a9fe]/": PRIVATE,
    "http://[64:ff9b:1::a9fe:a9fe]/": PRIVATE,
    "http://[2002:7f00:1::]/": PRIVATE,
    "http://127.0.0.1:99999/": "a port is at most 65535",
    "http://[::1": NO_ADDRESS,
    "http://news.test\r\nHost: 127.0.0.1/": NO_ADDRESS,
    "http://news.test/" + "x" * 3_000_000: NO_ADDRESS,
    "http://" + "a" * 300 + ".test/": NO_ADDRESS,
    "http://nowhere.invalid/": "'nowhere.invalid' is not known",
}
TOO_LARGE = "larger than 0.1 MB"
NO_DOCUMENT = "expected a page, text or document"
ANSWERS = {
    "/tofile": NO_WEB,
    "/todata": NO_ADDRESS,
    "/toftp": NO_WEB,
    "/touser": CREDENTIALS,
    "/loop": "redirect loop",
    "/far/1": "more than 5 redirects",
    "/bomb": TOO_LARGE,
    "/deflated": TOO_LARGE,
    "/endless": TOO_LARGE,
    "/nested": "expected a plain or gzip reply, got 'gzip, gzip' encoding",
    "/brotli": "expected a plain or gzip reply, got 'br' encoding",
    "/headers": "the server's reply is broken",
    "/a.zip": NO_DOCUMENT,
    "/picture": NO_DOCUMENT,
    "/script": NO_DOCUMENT,
    "/typeless": NO_DOCUMENT,
}
ZEROS = "0" * 210_000_000
LAUGHS = "".join(f'<!ENTITY l{i} "{"".join([f"&l{i - 1};"] * 10) if i else "ha"}">' for i in range(30))
FILES = {
    "a.pdf": (drawing_itself(), "reading it broke off"),
    "b.docx": (
        packed({"word/document.xml": f"<!DOCTYPE x [{LAUGHS}]><x><body>&l29;</body></x>"}),
        "empty: expected an article",
    ),
    "c.epub": (packed({"META-INF/container.xml": ZEROS}), "the EPUB would unpack to 210 MB"),
    "d.docx": (packed({"word/document.xml": ZEROS}), "the DOCX would unpack to 210 MB"),
    "e.odt": (packed({"content.xml": ZEROS}), "the ODT would unpack to 210 MB"),
    "f.md": (b"[" * 20_000, "got no words"),
    "g.txt": (b" " * 2_000_000, "got no words"),
    "h.html": (b"<div>" * 5_000, "no article text in this page"),
    "i.csv": (b'"' + b"a,b\n" * 300_000, "the table cannot be read"),
    "j.jsonl": (b'{"text": ' * 100_000, "expected one JSON object"),
}


@pytest.mark.parametrize("url", ADDRESSES, ids=lambda url: ascii(url)[:40])
def test_a_hostile_address_is_refused_before_anything_is_asked_of_it(url: str) -> None:
    with pytest.raises(LoadError) as refused:
        web.fetch(url)
    assert ADDRESSES[url] in str(refused.value)


@pytest.mark.parametrize("path", ANSWERS)
def test_a_hostile_answer_is_left_in_bounded_memory(site: Site, path: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(LoadError) as refused:
            web.fetch(site.url + path, allow_private=True, limits=web.Limits(body_bytes=100_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ANSWERS[path] in str(refused.value)
    assert peak < 100_000_000  # the site's own bodies of 5 MB counted in


def test_a_page_that_drips_is_left_when_its_time_is_over(site: Site) -> None:
    with pytest.raises(LoadError, match=r"did not come within 0\.3 s"):
        web.fetch(f"{site.url}/slow", allow_private=True, limits=TIGHT)


def test_hostile_files_are_bounded_and_the_good_one_beside_them_is_read(tmp_path: Path) -> None:
    for name, (content, _) in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "z.txt").write_text("The river rose.")
    with ReadingApart([str(tmp_path)], bounds=Bounds(file_s=60, memory_mib=1_000)) as reading:
        *failures, good = reading.articles()
    told = {
        Path(one.origin).name.partition(":")[0]: str(one.reason)
        for one in failures
        if isinstance(one, LoadFailure)
    }
    assert list(told) == list(FILES)
    assert [told[name] for name, (_, reason) in FILES.items() if reason not in told[name]] == []
    assert isinstance(good, Article)
    assert good.text == "The river rose."


def test_an_entity_that_names_a_file_is_not_looked_up(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the password")
    entity = f'<!DOCTYPE w:document [<!ENTITY secret SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    document = f"{entity}<w:document {W}><w:body>{p('It rose. &secret;')}</w:body></w:document>"

    assert text_of(read(packed({"word/document.xml": document}), "docx")).strip() == "It rose."


def test_a_redirect_to_a_private_address_is_not_followed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1")

    reason = reason_at(f"{site.url}/tointernal", allow_private=False)

    assert "127.0.0.2 is a private or reserved address" in reason
    assert len(site.hosts) == 1


def test_the_connection_goes_to_the_address_that_was_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def resolve_once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    monkeypatch.setattr(web, "_resolve", resolve_once)

    page = web.fetch(f"http://news.test:{site.port}/news", allow_private=True)

    assert page.content == PAGE.encode()
    assert asked == ["news.test"]
    assert site.hosts == [f"news.test:{site.port}"]


def test_a_look_up_of_a_name_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*asked: object, **options: object) -> list[object]:
        released.wait(30)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    look_ups = threading.BoundedSemaphore(1)
    monkeypatch.setattr(web, "_look_ups", look_ups)
    try:
        with pytest.raises(LoadError, match=r"did not come within 0\.3 s"):
            web.fetch("http://news.test/", limits=TIGHT)
        assert not released.is_set()
        with pytest.raises(LoadError, match="too many look-ups of host names hang"):
            web.fetch("http://news.test/", limits=TIGHT)
    finally:
        released.set()
        assert look_ups.acquire(timeout=30), "the look-up has ended"


def test_a_name_with_one_private_address_is_refused_whole(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    monkeypatch.setattr(web, "_resolve", resolve)

    assert "news.test is a private or reserved address (10.0.0.1)" in reason_at(
        "http://news.test/", allow_private=False
    )


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("198.51.100.7", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
        ("::7f00:1", False),
        ("::ffff:0:7f00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("3fff::1", False),
        ("5f00::1", False),
        ("192.0.0.192", False),
        ("192.88.99.1", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address: str, public: bool) -> None:
    assert web.is_public(address) is public


@pytest.mark.parametrize("form", ["docx", "odt", "epub", "xlsx"])
def test_a_broken_locked_or_bursting_archive_is_named(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = form.upper()
    whole = packed({"a.xml": "0" * 3_000_000})
    with pytest.raises(LoadError, match=rf"the {kind} is broken \(not a ZIP archive\)"):
        read(whole[: len(whole) // 2], form)
    with pytest.raises(LoadError, match=rf"(the {kind} is broken or locked|not readable as {form})"):
        read(whole, form)
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 1_000_000)
    with pytest.raises(LoadError, match=f"the {kind} would unpack to 3 MB, more than 1 MB"):
        read(whole, form)


def test_an_archive_that_unpacks_to_more_than_it_claims_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(word(p("a" * 3_000_000)))
    for at in (content.find(b"PK\x03\x04") + 22, content.find(b"PK\x01\x02") + 24):
        content[at : at + 4] = (1000).to_bytes(4, "little")  # the size that is claimed

    with pytest.raises(LoadError):
        read(bytes(content), "docx")


def test_entities_that_unfold_without_end_are_left_folded() -> None:
    bomb = (
        f"<!DOCTYPE w:document [{LAUGHS}]><w:document {W}><w:body>{p('It rose. &l29;')}</w:body></w:document>"
    )

    assert text_of(read(packed({"word/document.xml": bomb}), "docx")).strip() == "It rose."
