"""People, their sign-ins and the keys of their scripts. Owns ``people``, ``sign_ins`` and
``api_keys``; says what staff may do."""

from webapp.accounts.api import api
from webapp.accounts.permissions import PERMISSIONS
from webapp.feature import Feature

accounts = Feature("accounts", api=api, permissions=PERMISSIONS)
