"""The column names of watsonbox's Exportify in the twelve languages of its interface: {language: {field: name}}."""

import json
from pathlib import Path

WATSONBOX: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("watsonbox_headers.json").read_text(encoding="utf-8")
)
