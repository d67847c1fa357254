"""The buttons and fields of the upload: what is sent, its label, its hint."""

from cockpit.markup import attributes, esc


def button(word: str, act: str, *, style: str = "btn") -> str:
    """A button of the panel."""
    return f'<button type="button"{attributes(class_=style, data_go=act)}>{esc(word)}</button>'


def field(label: str, control: str, hint: str = "", *, style: str = "") -> str:
    """A control with its label before it and its hint below."""
    told = f'<span class="i3">{esc(hint)}</span>' if hint else ""
    css = attributes(class_=f"up-field {style}".strip())
    return f"<label{css}><span>{esc(label)}</span><span>{control}{told}</span></label>"


def select(name: str, options: str) -> str:
    """A choice of one of the options."""
    return f"<select{attributes(name=name)}>{options}</select>"


def option(label: str, value: str, chosen: str) -> str:
    """One of a choice's options; the one whose value is `chosen` is chosen."""
    return f"<option{attributes(value=value, selected='' if value == chosen else None)}>{esc(label)}</option>"
