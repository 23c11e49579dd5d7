"""People and their sign-ins. Owns ``people`` and ``sign_ins``; says what staff may do."""

from webapp.accounts.permissions import PERMISSIONS
from webapp.feature import Feature

accounts = Feature("accounts", permissions=PERMISSIONS)
