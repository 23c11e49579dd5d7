"""What an operator reads when a setting is wrong: a sentence, and no traceback."""

import sys

import pytest

from webapp.cli import main


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PORT", "abc", "VITRINE_PORT: Input should be a valid integer"),
        ("ALLOWED_HOSTS", "shop.example", "Lists are written as JSON"),
        ("SMTP_URL", "nonsense", "VITRINE_SMTP_URL is not the address of a mail server"),
        ("MAIL_FROM", "nobody", "VITRINE_MAIL_FROM: "),
        ("DATABASE_URL", "postgresql+psycopg://me@127.0.0.1:1/none", "database does not answer"),
    ],
)
def test_a_wrong_setting_is_a_sentence(monkeypatch, capsys, tmp_path, setting, value, sentence):
    monkeypatch.setenv(f"VITRINE_{setting}", value)
    monkeypatch.setattr(sys, "argv", ["vitrine", "audit", "--data", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    assert sentence in capsys.readouterr().err
