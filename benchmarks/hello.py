"""What the server can do at best: FastAPI answering a word of HTML from a plain function."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI(openapi_url=None)


@app.get("/")
def hello() -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>Hello</title><h1>Hello</h1>")
