"""What other programs exchange with the window: answers go out, pictures and typed sums come in."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import tkinter as tk
from pathlib import Path

MOST_LINES = 100
MOST_LENGTH = 200  # characters


def put(root: tk.Tk, text: str) -> None:
    """Put text on the clipboard."""
    root.clipboard_clear()
    root.clipboard_append(text)


def put_picture(data: bytes) -> None:
    """Put a picture, the bytes of a PNG file, on the clipboard. Raises OSError where that is not possible.

    Tk can only give text away, so another program holds the picture.
    """
    command = _picture_command()
    if command is None:
        raise OSError("To copy pictures install wl-clipboard or xclip; Ctrl+Shift+S exports one")
    handle, name = tempfile.mkstemp(suffix=".png")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        with Path(name).open("rb") as file:
            # What it prints is of no use, and a pipe would be held open for as long as it holds the picture.
            subprocess.run(
                [part.replace("FILE", name) for part in command],
                stdin=file,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=5,
                check=True,
            )
    except subprocess.SubprocessError as error:
        raise OSError(f"The picture was not copied: {error}") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _picture_command() -> list[str] | None:
    """What puts a PNG file, on its standard input or under the name FILE, on the clipboard."""
    if sys.platform == "darwin":
        return ["osascript", "-e", 'set the clipboard to (read (POSIX file "FILE") as «class PNGf»)']
    if sys.platform == "win32":
        load = "Add-Type -AssemblyName System.Windows.Forms,System.Drawing;"
        put = "[Windows.Forms.Clipboard]::SetImage([Drawing.Image]::FromFile('FILE'))"
        return ["powershell", "-NoProfile", "-STA", "-Command", load + put]
    return _program("wl-copy")


def _program(on_wayland: str, *options: str) -> list[str] | None:
    """The program for pictures on the clipboard of Linux: this one on Wayland, else xclip with these options."""
    if os.environ.get("WAYLAND_DISPLAY") and shutil.which(on_wayland):
        return [on_wayland, "--type", "image/png"]
    if shutil.which("xclip"):
        return ["xclip", "-selection", "clipboard", "-t", "image/png", *options]
    return None


def picture(root: tk.Tk) -> bytes | None:
    """The picture on the clipboard as the bytes of a PNG file, None when there is none. Raises OSError."""
    if root.tk.call("tk", "windowingsystem") == "x11":
        return _x11_picture(root)
    if sys.platform not in ("win32", "darwin"):
        return None
    from PIL import Image, ImageGrab

    found = ImageGrab.grabclipboard()
    if not isinstance(found, Image.Image):
        return None
    kept = io.BytesIO()
    found.save(kept, "PNG")
    return kept.getvalue()


def _x11_picture(root: tk.Tk) -> bytes | None:
    """Tk takes no more than 400 kB, so another program fetches it if there is one."""
    try:
        if "image/png" not in root.clipboard_get(type="TARGETS").split():
            return None
    except tk.TclError:
        return None
    command = _program("wl-paste", "-o")
    if command is None:
        return _picture_of_tk(root)
    try:
        return subprocess.run(command, capture_output=True, timeout=5, check=False).stdout or None
    except subprocess.TimeoutExpired:
        raise OSError("The program that copied the picture does not give it") from None


def _picture_of_tk(root: tk.Tk) -> bytes | None:
    try:
        told = root.clipboard_get(type="image/png")
    except tk.TclError as error:
        if "too large" not in str(error):
            return None
        told = ""
    if not told:
        raise OSError("To paste large pictures install wl-clipboard or xclip")
    # Tk gives what is no text as numbers: 0x89 0x50 0x4e …
    try:
        return bytes(int(value, 16) & 0xFF for value in told.split())
    except ValueError:
        return None


def texts(root: tk.Tk) -> list[str]:
    """The lines of the text on the clipboard that are not blank, the first `MOST_LINES` of them."""
    try:
        told = root.clipboard_get()
    except tk.TclError:
        return []
    lines = (line.strip()[:MOST_LENGTH] for line in told.splitlines())
    return [line for line in lines if line][:MOST_LINES]
