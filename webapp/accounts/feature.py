"""People and their sign-ins. Owns ``people`` and ``sign_ins``; says who staff are and may do what."""

from webapp.accounts.permissions import PERMISSIONS
from webapp.feature import Feature

accounts = Feature("accounts", permissions=PERMISSIONS)
