"""Notices tell staff of what needs them. Owns notices, who has seen them and how each of the staff
wants to be told; listens to orders, stock, imports and whatever can fail in silence."""

from webapp.feature import Feature
from webapp.notices.handlers import handlers
from webapp.notices.jobs import jobs
from webapp.notices.mails import mails
from webapp.notices.pages import pages

notices = Feature("notices", pages=pages, handlers=handlers, jobs=jobs, mails=mails)
