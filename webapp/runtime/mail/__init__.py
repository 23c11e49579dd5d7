"""Mail: rows written with their cause, put in words and sent by a job, with a life line each."""

from webapp.runtime.mail.declaring import MailKind, Mails
from webapp.runtime.mail.events import MailBounced, MailServerRefused
from webapp.runtime.mail.letters import Letter, Letterhead, LetterPress, Sources
from webapp.runtime.mail.office import PostOffice
from webapp.runtime.mail.overseeing import NotNow, call_off, message_of, resend, send_kept
from webapp.runtime.mail.personal import empty_mail_about, personal
from webapp.runtime.mail.posting import post
from webapp.runtime.mail.sending import jobs
from webapp.runtime.mail.table import MailRecord, MailState
from webapp.runtime.mail.way_out import Reached, reached_by
from webapp.runtime.mail.wordings import BadWords, MailWording, sources_of

__all__ = [
    "BadWords",
    "Letter",
    "LetterPress",
    "Letterhead",
    "MailBounced",
    "MailKind",
    "MailRecord",
    "MailServerRefused",
    "MailState",
    "MailWording",
    "Mails",
    "NotNow",
    "PostOffice",
    "Reached",
    "Sources",
    "call_off",
    "empty_mail_about",
    "jobs",
    "message_of",
    "personal",
    "post",
    "reached_by",
    "resend",
    "send_kept",
    "sources_of",
]
