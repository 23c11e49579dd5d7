"""The currencies of ISO 4217 that are in use, and how many decimals each has.

Pinned here on purpose: an amount in minor units means something else when its exponent changes,
so the table changes by a reviewed edit and never by the update of a library. Payment providers
that count a currency differently keep their own exceptions.
"""

from __future__ import annotations

from webapp.kit.errors import Invalid

_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_WITH_FOUR = "CLF UYW"

_EXPONENTS: dict[str, int] = {
    code: decimals
    for decimals, codes in (
        (0, _WITHOUT_DECIMALS),
        (2, _WITH_TWO),
        (3, _WITH_THREE),
        (4, _WITH_FOUR),
    )
    for code in codes.split()
}

CURRENCIES: frozenset[str] = frozenset(_EXPONENTS)
"""Every code an amount may carry. Metals and test codes (XAU, XXX) are not money here."""

# What people write before or after an amount. A sign that is not listed for a currency is refused,
# so that a file in pounds is not read as euros.
_SIGNS = """
$=ARS,AUD,BBD,BMD,BND,BSD,BZD,CAD,CLP,COP,CUP,CVE,DOP,FJD,GYD,HKD,JMD,KYD,LRD,MXN,NAD,NZD,SBD,SGD
$=SRD,TTD,TWD,USD,UYU,XCD £=EGP,FKP,GBP,GIP,LBP,SDG,SHP,SSP,SYP ¥=CNY,JPY €=EUR ₡=CRC ₦=NGN ₩=KRW
₪=ILS ₫=VND ₭=LAK ₮=MNT ₱=PHP ₲=PYG ₴=UAH ₵=GHS ₸=KZT ₹=INR ₺=TRY ₼=AZN ₽=RUB ₾=GEL ฿=THB ៛=KHR
֏=AMD ৳=BDT
"""

SIGN_PAIRS: frozenset[tuple[str, str]] = frozenset(
    (pair[0], code) for pair in _SIGNS.split() for code in pair[2:].split(",")
)
"""A currency's sign, and a currency it can stand for."""


def exponent(currency: str) -> int:
    """The number of decimals of ``currency``: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises ``Invalid`` for anything that is not the code (in capitals) of a currency in use.
    """
    try:
        return _EXPONENTS[currency]
    except (KeyError, TypeError):
        raise Invalid("This is not a currency we know.", currency=str(currency)) from None
