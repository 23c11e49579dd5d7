"""Signing in with somebody else's word: Google, GitHub, any OpenID Provider.

Owns the providers, whom they have introduced (``identities``) and the trips that are over. Listens
to accounts: when somebody comes in, and when a customer starts to work here.
"""

from webapp.feature import Feature
from webapp.identities.handlers import handlers
from webapp.identities.jobs import jobs
from webapp.identities.mails import mails
from webapp.identities.personal import personal

identities = Feature("identities", handlers=handlers, jobs=jobs, mails=mails, personal=personal)
