import stat
import threading
from datetime import timedelta

import pytest

from tests.forging import altered
from webapp.kit.clock import frozen, now
from webapp.runtime.secrets import Signer, hash_token, same, secret_key
from webapp.settings import Settings

LONG = "0123456789abcdef0123456789abcdef"


def settings(folder, **more):
    return Settings(_env_file=None, data_dir=folder, **more)


def test_a_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    folder = tmp_path / "var"

    first = secret_key(settings(folder))

    assert len(first) == 43
    assert secret_key(settings(folder)) == first
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert [file.name for file in folder.iterdir()] == ["secret"]


def test_processes_that_start_together_agree_on_one_secret(tmp_path):
    found, together = [], threading.Barrier(8)

    def start():
        together.wait(10)
        found.append(secret_key(settings(tmp_path)))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


def test_the_operators_secret_is_used_but_not_a_short_one(tmp_path):
    assert secret_key(settings(tmp_path, secret_key=LONG)) == LONG
    with pytest.raises(ValueError, match="32"):
        secret_key(settings(tmp_path, secret_key="changeme"))
    assert not (tmp_path / "secret").exists()


def test_a_damaged_secret_file_is_not_used(tmp_path):
    (tmp_path / "secret").write_text("")
    with pytest.raises(ValueError, match="does not hold a secret"):
        secret_key(settings(tmp_path))


def test_what_was_signed_comes_back_and_nothing_else_does():
    signer = Signer(LONG, "cart")
    text = signer.sign({"cart": "car_1"})

    assert signer.read(text) == {"cart": "car_1"}
    for wrong in ("", "x", altered(text), text.upper(), "." + text, text + ".x", "ä"):
        assert signer.read(wrong) is None
    assert Signer(LONG, "session").read(text) is None
    assert Signer(LONG[::-1], "cart").read(text) is None


def test_a_signature_grows_old():
    signer = Signer(LONG, "link")
    at = now()
    with frozen(at):
        text = signer.sign(1)

    with frozen(at + timedelta(seconds=60)):
        assert signer.read(text, max_age=60) == 1
    with frozen(at + timedelta(seconds=62)):
        assert signer.read(text, max_age=60) is None
        assert signer.read(text) == 1


def test_tokens_are_kept_as_hashes_and_compared_whole():
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert same("é", "é")
    assert not same("abc", "abd")
    assert not same("abc", "ab")
