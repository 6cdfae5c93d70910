"""Archives of bad intent or bad luck are refused with the name of what is wrong, and leave nothing behind."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from mlops.blobs.bundles import unpacked
from mlops.formats.refusal import Refusal


def zip_of(*entries: tuple[str, bytes], mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, body in entries:
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            entry.external_attr = mode << 16
            entry.compress_type = method
            archive.writestr(entry, body)
    return content.getvalue()


def refused(content: bytes, name: str = "code.zip") -> Refusal:
    with pytest.raises(Refusal) as told, unpacked([(name, io.BytesIO(content))]):
        pass
    return told.value


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../evil", "path_outside"),
        ("a/../../evil", "path_outside"),
        ("/etc/cron.d/evil", "path_outside"),
        ("..\\evil", "path_outside"),
        ("C:\\evil", "path_outside"),
        ("C:evil", "path_outside"),
        (".", "path_outside"),
        ("a/" * 600 + "deep", "name_unusable"),
        ("n" * 256, "name_unusable"),
        ("line\nbreak", "name_unusable"),
        ("bell\x07", "name_unusable"),
        ("score\u202eyp.txt", "name_unusable"),
    ],
)
def test_a_name_that_leads_out_or_cannot_be_kept_is_refused(name, code):
    assert refused(zip_of((name, b"x"))).code == code


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_pipes_and_devices_are_refused(kind):
    assert refused(zip_of(("evil", b"/etc/passwd"), mode=kind | 0o777)).code == "bundle_unsafe"


def test_a_file_that_comes_twice_or_is_a_folder_too_is_refused():
    assert refused(zip_of(("a", b"1"), ("a", b"2"))).code == "bundle_ambiguous"
    assert refused(zip_of(("a", b"1"), ("a/b", b"2"))).code == "bundle_ambiguous"
    assert refused(zip_of(("a/b", b"1"), ("a", b"2"))).code == "bundle_ambiguous"


def test_a_bomb_ends_at_the_limit_whatever_it_says_of_its_size(settings):
    settings.CODE_MOST_BYTES = 1_000_000
    bomb = zip_of(("zeros", bytes(50_000_000)))
    assert len(bomb) < 100_000
    assert refused(bomb).code == "bundle_too_large"
    lying = bomb.replace((50_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert refused(lying).code in ("bundle_too_large", "bundle_unreadable")


def test_a_damaged_or_encrypted_archive_is_refused():
    whole = bytearray(zip_of(("a", b"some text that is long enough" * 9), method=zipfile.ZIP_STORED))
    whole[40] ^= 0xFF
    assert refused(bytes(whole)).code == "bundle_unreadable"
    assert refused(bytes(whole[:-30])).code == "bundle_unreadable"
    encrypted = bytearray(zip_of(("a", b"text")))
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(encrypted)).code == "bundle_unreadable"


def test_a_single_file_cannot_lead_out_either():
    assert refused(b"x", name="../evil.py").code == "path_outside"


def test_nothing_is_left_of_what_was_refused(settings):
    before = set(settings.FILE_UPLOAD_TEMP_DIR.iterdir())
    refused(zip_of(("good", b"1"), ("../evil", b"2")))
    assert set(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == before


def test_names_of_all_languages_and_cases_come_through():
    names = ("Größe/数据.csv", "A.txt", "a.txt", "with space", "-rf")
    with unpacked([("code.zip", io.BytesIO(zip_of(*((name, b"1") for name in names))))]) as folder:
        assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == sorted(
            names
        )
