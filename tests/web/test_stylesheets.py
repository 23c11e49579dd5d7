"""Style sheets in fewer bytes: the marks and words of the rules stay."""

import pytest

from webapp.web.stylesheets import shrunk


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("a { color: red; }\n\nb { top: 0 }\n", "a{color:red}b{top:0}"),
        ("/* why */\n@layer x { /* so */ a { b: c; /* and */ } }", "@layer x{a{b:c}}"),
        ("nav > a, nav  :hover { margin: 0  1px }", "nav>a,nav :hover{margin:0 1px}"),
        ("@media (width >= 60rem) { a { top: 0 } }", "@media (width>= 60rem){a{top:0}}"),
        ("a { top: calc(1px + 2px); & .b { top: 0 } }", "a{top:calc(1px + 2px);& .b{top:0}}"),
        ("a { content: ' /* , */  ;}' / \"\"; }", "a{content:' /* , */  ;}' / \"\"}"),
        ("a { b: 'it\\'s  ; ' }", "a{b:'it\\'s  ; '}"),
        ("a { b: url( x y;/*z*/ ) }", "a{b:url( x y;/*z*/ )}"),
        ("a { b: url( 'x  y' ) }", "a{b:url( 'x  y' )}"),
        (r".a\:  b .c\2c  d { }", r".a\: b .c\2c  d{}"),
        ("a/**/b c /* d */ e/* f */ g {}", "a/**/b c e g{}"),
        ("a { --empty: ; --next: 1 }", "a{--empty:;--next:1}"),
        ("/*! Licence: keep */\na { }", "/*! Licence: keep */ a{}"),
        ("/* never closed", "/* never closed"),
        ("", ""),
    ],
)
def test_only_what_people_read_is_left_out(css: str, expected: str):
    assert shrunk(css) == expected
    assert shrunk(expected) == expected
