"""What people may send about their account. No form has a field for a role."""

from typing import Annotated

from pydantic import EmailStr, Field

from webapp.accounts.passwords import MAXIMUM_LENGTH
from webapp.web.fields import Says, Secret, Verbatim
from webapp.web.submissions import Form
from webapp.web.uploads import PICTURES, Accept, Upload

Email = Annotated[
    EmailStr,
    Field(max_length=254),
    Says(
        missing="Enter your email address.",
        wrong="Enter an email address like name@example.com.",
    ),
]
Password = Annotated[Secret, Says(missing="Enter your password.")]
NewPassword = Annotated[
    str, Verbatim(), Field(max_length=MAXIMUM_LENGTH), Says(missing="Choose a password.")
]


class SignInForm(Form):
    """``email`` holds the user name of whoever signs in with that."""

    email: Annotated[str, Field(max_length=254), Says(missing="Enter your email address.")]
    password: Password
    keep: bool = False
    to: Annotated[str, Field(max_length=2000)] = ""


class RegisterForm(Form):
    name: Annotated[str, Field(max_length=120)] = ""
    username: Annotated[str, Field(max_length=60)] = ""
    email: Email
    password: NewPassword
    news: bool = False
    to: Annotated[str, Field(max_length=2000)] = ""


class AddressForm(Form):
    """Where to mail a link."""

    email: Email
    to: Annotated[str, Field(max_length=2000)] = ""


class VerifyForm(Form):
    """The password is asked of a browser that is not signed in."""

    password: Secret = ""


class NewPasswordForm(Form):
    password: NewPassword


class KeepForm(Form):
    keep: bool = False


Code = Annotated[str, Field(max_length=60), Says(missing="Enter the code.")]
Answer = Annotated[str, Field(max_length=20_000), Says(wrong="That passkey does not work here.")]
"""What a passkey answered, as JSON; read and proved by ``accounts.passkeys``."""


class ConfirmForm(Form):
    """One of the three: the password, a code, what a passkey answered."""

    password: Secret = ""
    code: Annotated[str, Field(max_length=60)] = ""
    answer: Answer = ""
    to: Annotated[str, Field(max_length=2000)] = ""


class CodeForm(Form):
    code: Code


class PasskeyForm(Form):
    """A passkey shown at the door."""

    answer: Answer
    keep: bool = False
    to: Annotated[str, Field(max_length=2000)] = ""


class NewPasskeyForm(Form):
    answer: Answer
    name: Annotated[str, Field(max_length=80)] = ""


class PasskeyNameForm(Form):
    name: Annotated[str, Field(max_length=80), Says(missing="Give it a name.")]


class ErasureForm(Form):
    """The address of the account, typed once more."""

    email: Annotated[str, Field(max_length=254), Says(missing="Type the address of your account.")]


class EntryForm(Form):
    """Of the address book. The address itself is read by its country."""

    is_delivery: bool = False
    is_invoice: bool = False
    entry: Annotated[str, Field(max_length=40)] = ""


class ProfileForm(Form):
    name: Annotated[str, Field(max_length=120)] = ""
    username: Annotated[str, Field(max_length=60)] = ""
    locale: Annotated[str, Field(max_length=12)] = ""
    time_zone: Annotated[str, Field(max_length=60)] = ""


class PictureForm(Form):
    picture: Annotated[
        Upload, Accept(*PICTURES, most=5_000_000), Says(missing="Choose a picture first.")
    ]


class NewsForm(Form):
    news: bool = False
