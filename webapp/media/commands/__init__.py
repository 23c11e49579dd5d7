"""Taking a picture in: ``prepare`` it outside of any transaction, then ``store_image``."""

from webapp.media.commands.preparing import PreparedImage, hash_of, prepare, squared
from webapp.media.commands.rendering import Rendered, record_renditions, render
from webapp.media.commands.storing import store_image

__all__ = [
    "PreparedImage",
    "Rendered",
    "hash_of",
    "prepare",
    "record_renditions",
    "render",
    "squared",
    "store_image",
]
