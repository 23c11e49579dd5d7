"""The pages that describe the API."""

import re

import pytest


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_the_description_is_shown_by_files_of_our_own(browser, page):
    shown = browser.get(f"/api/{page}")

    assert shown.status == 200
    policy = shown.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "default-src 'none'" in policy
    assert "worker-src" not in policy and "unsafe-eval" not in policy
    assert shown.text("h1") == "The API of this shop"
    assert shown.one(f"#api-{page}").attributes["data-description"] == "/api/openapi.json"
    assert browser.get("/api/openapi.json").status == 200
    asked = re.findall(r'(?:src|href)="([^"]+)"', shown.html)
    assert all(address.startswith(("/", "#")) for address in asked)
    vendored = [each for each in asked if re.search(r"/vendor/(swagger-ui|redoc)-", each)]
    assert vendored and all(browser.get(each).status == 200 for each in vendored)
