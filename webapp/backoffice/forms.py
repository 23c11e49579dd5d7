"""What staff send to come in."""

from pydantic import EmailStr, Field

from webapp.web.fields import Secret
from webapp.web.submissions import Form


class SignInForm(Form):
    email: str = Field(max_length=254)
    password: Secret
    to: str = Field(default="", max_length=2000)


class FoundForm(Form):
    """The first person on a fresh shop becomes its owner."""

    name: str = Field(default="", max_length=120)
    email: EmailStr
    password: Secret
