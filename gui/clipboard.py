"""What other programs exchange with the window: answers go out, pictures and typed sums come in."""

from __future__ import annotations

import io
import sys
import tkinter as tk


def put(root: tk.Tk, text: str) -> None:
    """Put text on the clipboard."""
    root.clipboard_clear()
    root.clipboard_append(text)


def picture(root: tk.Tk) -> bytes | None:
    """The picture on the clipboard as the bytes of a PNG file, None when there is none."""
    if root.tk.call("tk", "windowingsystem") == "x11":
        try:
            told = root.clipboard_get(type="image/png")
        except tk.TclError:
            return None
        # Tk gives what is no text as numbers: 0x89 0x50 0x4e …
        try:
            return bytes(int(value, 16) & 0xFF for value in told.split())
        except ValueError:
            return None
    if sys.platform not in ("win32", "darwin"):
        return None
    from PIL import Image, ImageGrab

    found = ImageGrab.grabclipboard()
    if not isinstance(found, Image.Image):
        return None
    kept = io.BytesIO()
    found.save(kept, "PNG")
    return kept.getvalue()


def text(root: tk.Tk) -> str:
    """The first line of the text on the clipboard, '' when there is none."""
    try:
        told = root.clipboard_get()
    except tk.TclError:
        return ""
    return told.strip().partition("\n")[0].strip()
