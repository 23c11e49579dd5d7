"""What people agree to, word for word: it is kept beside their answer."""

MARKETING = "marketing"
"""The purpose of our news, as consents name it."""

NEWS = "Write to me now and then about new things and offers. I can stop that at any time."
