"""Downloads. Owns the files that are sold and who may have them; listens to orders.

An order that is paid gives its buyer the files of its digital lines. They are the order's: whoever
may see the order may have them.
"""

from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.downloads.handlers import handlers
    from webapp.downloads.jobs import jobs
    from webapp.downloads.mails import mails
    from webapp.downloads.personal import personal
    from webapp.downloads.portraits import PORTRAITS

    return Behind(handlers=handlers, jobs=jobs, mails=mails, portraits=PORTRAITS, personal=personal)


downloads = Feature(
    "downloads", pages=Late("webapp.downloads.pages:pages", under=("/downloads",)), behind=behind
)
